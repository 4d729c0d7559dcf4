package pond.server.docs;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.text.TextContentRenderer;

/** Markdown as a page that needs nothing else: no script, no font, no picture from elsewhere. */
final class DocsPage {
    private static final String STYLE = """
            body{font:16px/1.55 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#1b2733;background:#fff}
            a{color:#0b62a3}h1,h2,h3{line-height:1.25}code,pre{font:14px/1.45 ui-monospace,monospace;background:#f2f5f7}
            code{padding:.1em .25em}pre{padding:.8rem;overflow-x:auto}pre code{padding:0}
            table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid #cdd6dd;padding:.35rem .6rem;text-align:left;vertical-align:top}
            @media(prefers-color-scheme:dark){body{color:#dbe4ea;background:#12181d}a{color:#79bdf0}code,pre{background:#1d262d}th,td{border-color:#3a4751}}
            """;

    static final String CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'sha256-" + digest(STYLE)
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final List<Extension> EXTENSIONS = List.of(TablesExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
    private static final TextContentRenderer TEXT =
            TextContentRenderer.builder().extensions(EXTENSIONS).build();
    private static final HtmlRenderer RENDERER = HtmlRenderer.builder()
            .extensions(EXTENSIONS)
            .escapeHtml(true)
            .attributeProviderFactory(context -> DocsPage::linkToPages)
            .build();

    private DocsPage() {}

    static String html(String markdown) {
        return """
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
                <title>%s</title><style>%s</style></head>
                <body>
                %s</body></html>
                """.formatted(
                        escape(title(markdown).orElse("pond")),
                        STYLE,
                        RENDERER.render(withoutComments(PARSER.parse(markdown))));
    }

    /** HTML of a document is shown as text, and comments are not for readers. */
    private static Node withoutComments(Node document) {
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(HtmlBlock block) {
                if (block.getLiteral().startsWith("<!--")) {
                    block.unlink();
                }
            }
        });
        return document;
    }

    /** The text of the first heading. */
    static Optional<String> title(String markdown) {
        return markdown.lines()
                .filter(line -> line.startsWith("# "))
                .findFirst()
                .map(line -> line.substring(2).strip());
    }

    /**
     * Documents link to each other's files and headings as a repository shows them; a page links to pages, and its
     * headings have the names that repositories give them.
     */
    private static void linkToPages(Node node, String tag, Map<String, String> attributes) {
        if (node instanceof Link link && !link.getDestination().contains("://")) {
            attributes.put("href", link.getDestination().replaceFirst("\\.md(?=$|#)", ""));
        } else if (node instanceof Heading) {
            String words = TEXT.render(node).toLowerCase(Locale.ROOT);
            attributes.put(
                    "id", words.replaceAll("[^\\p{L}\\p{N} _-]", "").strip().replace(' ', '-'));
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
