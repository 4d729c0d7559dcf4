package pond.server.docs;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import pond.server.errors.PondException;

/**
 * The documentation at {@code /docs}: Markdown from the class path, as it is for {@code .md} or {@code Accept:
 * text/markdown}, as a plain page otherwise. The reference of the API among it is made from {@link ApiDocument}, which is
 * itself at {@code /openapi.json}.
 */
public final class DocsHandler {
    private static final String MARKDOWN = "text/markdown";
    private static final String API = "api";

    private final ApiDocument api = new ApiDocument();

    private final List<String> names;

    /** @param names the documents in reading order; each is {@code docs/NAME.md} on the class path, or left out */
    public DocsHandler(List<String> names) {
        this.names = Stream.concat(names.stream().filter(name -> find(name).isPresent()), Stream.of(API))
                .toList();
    }

    public void register(RoutesConfig routes) {
        routes.get("/docs", this::index);
        routes.get("/docs/{name}", this::document);
        routes.get("/openapi.json", this::openApi);
    }

    private void index(Context ctx) {
        StringBuilder list = new StringBuilder("# pond\n\n");
        names.forEach(name -> list.append("- [")
                .append(DocsPage.title(read(name)).orElse(name))
                .append("](/docs/")
                .append(name)
                .append(".md)\n"));
        answer(ctx, list.toString(), false);
    }

    private void document(Context ctx) {
        String asked = ctx.pathParam("name");
        boolean plain = asked.endsWith(".md");
        String name = plain ? asked.substring(0, asked.length() - ".md".length()) : asked;
        if (!names.contains(name)) {
            throw PondException.notFound("document");
        }
        answer(ctx, read(name), plain);
    }

    private void openApi(Context ctx) {
        ctx.header("Cache-Control", "no-cache").contentType("application/json").result(api.json());
    }

    private static void answer(Context ctx, String markdown, boolean plain) {
        String accept = ctx.header("Accept");
        ctx.header("Cache-Control", "no-cache").header("Vary", "Accept");
        if (plain || (accept != null && accept.contains(MARKDOWN))) {
            ctx.contentType(MARKDOWN + "; charset=utf-8").result(markdown.getBytes(StandardCharsets.UTF_8));
        } else {
            ctx.header("Content-Security-Policy", DocsPage.CONTENT_SECURITY_POLICY)
                    .contentType("text/html; charset=utf-8")
                    .result(DocsPage.html(markdown).getBytes(StandardCharsets.UTF_8));
        }
    }

    private String read(String name) {
        return name.equals(API)
                ? ApiPage.markdown(api.tree())
                : find(name).orElseThrow(() -> PondException.notFound("document"));
    }

    private static Optional<String> find(String name) {
        try (InputStream in = DocsHandler.class.getResourceAsStream("/docs/" + name + ".md")) {
            return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
