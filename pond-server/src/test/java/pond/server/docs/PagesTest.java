package pond.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Link;
import org.commonmark.parser.Parser;
import org.junit.jupiter.api.Test;
import pond.testing.DocPage;
import pond.testing.DocPage.Block;

/** What can be said of the README and the pages without running what they say. */
class PagesTest {
    private static final List<DocPage> PAGES = DocPage.all();
    private static final Pattern HEADING = Pattern.compile("<h[1-6] id=\"([^\"]*)\">");
    private static final Pattern TEST_NAME = Pattern.compile("`([A-Za-z]+(?:Test|IT))`");
    private static final Set<String> LANGUAGES =
            Set.of("sh", "output", "text", "json", "yaml", "java", "js", "python", "nginx", "ini");

    @Test
    void everyLinkLeadsToAFileAndAHeading() {
        List<String> broken = new ArrayList<>();
        for (DocPage page : PAGES) {
            links(page).stream()
                    .filter(link -> !leads(page, link))
                    .forEach(link -> broken.add(page.name() + ": " + link));
        }
        assertThat(broken).isEmpty();
    }

    /** A page is also served alone, so it may not link to what lies outside of its folder. */
    private static boolean leads(DocPage page, String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page.file() : page.file().resolveSibling(parts[0]);
        boolean inside = page.name().equals("README.md") || !parts[0].contains("/");
        if (!inside || !Files.exists(target)) {
            return false;
        }
        return parts.length == 1 || headings(DocPage.read(target)).contains(parts[1]);
    }

    @Test
    void everyPromiseNamesTestsThatAreThere() throws IOException {
        String page = PAGES.stream()
                .filter(one -> one.name().equals("operating.md"))
                .findFirst()
                .orElseThrow()
                .text();
        String promises = page.substring(page.indexOf("## What pond promises"));
        List<String> rows = promises.lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| promise"))
                .toList();

        Set<String> there = testFiles();

        assertThat(rows)
                .hasSizeGreaterThan(10)
                .allSatisfy(row -> assertThat(TEST_NAME.matcher(row).results().map(found -> found.group(1) + ".java"))
                        .as(row)
                        .isNotEmpty()
                        .isSubsetOf(there));
    }

    private static Set<String> testFiles() throws IOException {
        Set<String> names = new HashSet<>();
        for (String module : List.of("pond-common", "pond-worker", "pond-server")) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "test", "java"))) {
                files.map(Path::getFileName).map(Path::toString).forEach(names::add);
            }
        }
        return names;
    }

    @Test
    void noTwoHeadingsOfAPageHaveOneName() {
        assertThat(PAGES)
                .allSatisfy(page -> assertThat(headings(page)).as(page.name()).doesNotHaveDuplicates());
    }

    @Test
    void everyBlockSaysWhatItIs() {
        assertThat(wrongBlocks(UnaryOperator.identity())).isEmpty();
        assertThat(wrongBlocks(text -> text + "\n```\nls\n```\n")).hasSameSizeAs(PAGES);
        assertThat(wrongBlocks(text -> text + "\n```json other.json\n{}\n```\n"))
                .hasSameSizeAs(PAGES);
        assertThat(wrongBlocks(text -> text + "\n```text\na\n```\n\n```output\na\n```\n"))
                .hasSameSizeAs(PAGES);
        assertThat(wrongBlocks(text -> text + "\nA list:\n\n    ls\n")).hasSameSizeAs(PAGES);
    }

    /** Its language is known, output is that of commands, and the reader is told of the file that it is to be saved as. */
    private static List<String> wrongBlocks(UnaryOperator<String> change) {
        List<String> wrong = new ArrayList<>();
        for (DocPage page : PAGES) {
            DocPage changed = DocPage.of(page.file(), change.apply(page.text()));
            boolean commands = false;
            for (Block block : changed.blocks()) {
                boolean told = block.saveAs().isEmpty()
                        || block.before().contains("`" + block.saveAs().get() + "`");
                boolean lost = block.language().equals("output") && !commands;
                if (!LANGUAGES.contains(block.language()) || !told || lost) {
                    wrong.add(page.name() + ":" + block.line());
                }
                commands = block.isRun();
            }
        }
        return wrong;
    }

    @Test
    void aPageSaysWhatServerItsCommandsSpeakTo() {
        Path file = Path.of("page.md");

        assertThat(DocPage.of(file, "<!-- server: POND_A=1 POND_B=$PWD/b -->\n# A\n")
                        .server(Path.of("/w")))
                .contains(Map.of("POND_A", "1", "POND_B", "/w/b"));
        assertThat(DocPage.of(file, "<!-- server: none -->\n# A\n").server(Path.of("/w")))
                .isEmpty();
        assertThat(DocPage.of(file, "# A\n").server(Path.of("/w"))).contains(Map.of());
    }

    /** They take too long to be run by a test, so CI runs them itself. */
    @Test
    void ciRunsTheTwoCommandsOfTheReadme() throws IOException {
        List<String> commands = PAGES.get(0).blocks().stream()
                .limit(2)
                .map(block -> block.text().strip())
                .toList();

        assertThat(commands).containsExactly("scripts/demo", "scripts/check");
        assertThat(Files.readAllLines(Path.of("..", ".ci", "run")))
                .containsAll(commands)
                .contains("export POND_DOCS_REQUIRED=yes");
    }

    /** Consumers have it in this form, to the character. */
    @Test
    void theGuideHasTheExampleThatConsumersKnow() throws IOException {
        try (InputStream example =
                Objects.requireNonNull(getClass().getResourceAsStream("/scenarios/submit-and-poll.sh"))) {
            String text = new String(example.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(PAGES).anySatisfy(page -> {
                assertThat(page.name()).isEqualTo("integrate.md");
                assertThat(page.blocks()).extracting(Block::text).contains(text);
            });
        }
    }

    private static List<String> links(DocPage page) {
        List<String> links = new ArrayList<>();
        Parser.builder().build().parse(page.text()).accept(new AbstractVisitor() {
            @Override
            public void visit(Link link) {
                links.add(link.getDestination());
                visitChildren(link);
            }
        });
        links.removeIf(link -> link.contains("://"));
        return links;
    }

    private static List<String> headings(DocPage page) {
        return HEADING.matcher(DocsPage.html(page.text()))
                .results()
                .map((MatchResult heading) -> heading.group(1))
                .toList();
    }
}
