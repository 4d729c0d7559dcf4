package pond.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Node;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;

/**
 * A page of the documentation as Markdown, with what can be run or read in it. What a page may say to the tests:
 *
 * <ul>
 *   <li>{@code <!-- server: POND_X=1 POND_Y=$PWD/y -->} on its first line: settings of the server that its commands speak
 *       to, {@code $PWD} being the folder in which they run; {@code <!-- server: none -->}: they need none.
 *   <li>A fence {@code ```LANGUAGE}, of which {@code sh} is run and {@code output} is what the {@code sh} before it prints.
 *   <li>A fence {@code ```LANGUAGE FILE}: the reader has been told to save this as that file, and the test does.
 * </ul>
 */
public record DocPage(Path file, String text, List<Block> blocks) {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern SERVER = Pattern.compile("<!-- server: (.+) -->\\R");

    /**
     * A block of code.
     *
     * @param line of its fence in the page, from 1 on
     * @param language the first word of its fence, empty where there is none
     * @param saveAs the second word: the file as which the reader saves it
     * @param before the text right before it, as it stands in the page
     */
    public record Block(int line, String language, Optional<String> saveAs, String before, String text) {
        public boolean isRun() {
            return language.equals("sh");
        }
    }

    /** The README and every page of the folder of documents. */
    public static List<DocPage> all() {
        try (Stream<Path> files = Files.list(Path.of("src", "main", "resources", "docs"))) {
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), files.sorted())
                    .map(DocPage::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static DocPage read(Path file) {
        try {
            return of(file, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static DocPage of(Path file, String text) {
        List<String> lines = text.lines().toList();
        List<Block> blocks = new ArrayList<>();
        Parser.builder()
                .includeSourceSpans(IncludeSourceSpans.BLOCKS)
                .build()
                .parse(text)
                .accept(new AbstractVisitor() {
                    @Override
                    public void visit(FencedCodeBlock code) {
                        String[] words = code.getInfo().strip().split("\\s+", 2);
                        Optional<String> saveAs = words.length == 1 ? Optional.empty() : Optional.of(words[1]);
                        blocks.add(
                                new Block(line(code), words[0], saveAs, before(lines, line(code)), code.getLiteral()));
                    }

                    @Override
                    public void visit(IndentedCodeBlock code) {
                        blocks.add(new Block(line(code), "", Optional.empty(), "", code.getLiteral()));
                    }
                });
        return new DocPage(file, text, blocks);
    }

    private static int line(Node node) {
        return node.getSourceSpans().get(0).getLineIndex() + 1;
    }

    /** The paragraph that ends above a line. */
    private static String before(List<String> lines, int line) {
        int end = line - 1;
        while (end > 0 && lines.get(end - 1).isBlank()) {
            end--;
        }
        int begin = end;
        while (begin > 0 && !lines.get(begin - 1).isBlank()) {
            begin--;
        }
        return String.join("\n", lines.subList(begin, end));
    }

    public String name() {
        return file.getFileName().toString();
    }

    public boolean isRun() {
        return blocks.stream().anyMatch(Block::isRun);
    }

    /** Settings of the server for commands that run in a folder; nothing where they need no server. */
    public Optional<Map<String, String>> server(Path folder) {
        Matcher first = SERVER.matcher(text);
        Map<String, String> settings = new LinkedHashMap<>();
        if (first.lookingAt()) {
            if (first.group(1).equals("none")) {
                return Optional.empty();
            }
            for (String setting : first.group(1).split(" ", -1)) {
                String[] parts = setting.split("=", 2);
                settings.put(parts[0], parts[1].replace("$PWD", folder.toString()));
            }
        }
        return Optional.of(settings);
    }
}
