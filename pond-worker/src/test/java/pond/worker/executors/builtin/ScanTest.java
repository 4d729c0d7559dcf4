package pond.worker.executors.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pond.common.definition.BuiltinName;

final class ScanTest {
    /** Put together here, so that this file has none of its own. */
    private static final String MARK = "TO" + "DO";

    private final Scanned tree;

    ScanTest(@TempDir Path temp) throws IOException {
        this.tree = new Scanned(temp);
    }

    @Test
    void theInventoryHasEveryFileButThoseOfGit() throws IOException {
        tree.with("b.txt", "hello")
                .with("a/bin", new byte[] {1, 0, 2})
                .with(".git/config", "x")
                .with("a/.git/x", "x");
        Files.createSymbolicLink(tree.checkout.resolve("link"), Path.of("b.txt"));

        List<String> records = Scanned.texts(tree.run(BuiltinName.FILE_INVENTORY));

        assertThat(records)
                .containsExactly(
                        "{\"type\":\"file\",\"path\":\"a/bin\",\"kind\":\"binary\",\"size\":3,\"executable\":false,"
                                + "\"sha256\":\"16305a6b2292e931665a34089864ee3fcc24171c81551f152cf4d1db0dd6122d\"}",
                        "{\"type\":\"file\",\"path\":\"b.txt\",\"kind\":\"text\",\"size\":5,\"executable\":false,"
                                + "\"sha256\":\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\"}",
                        "{\"type\":\"file\",\"path\":\"link\",\"kind\":\"symlink\",\"size\":null,\"executable\":null,"
                                + "\"sha256\":null}");
        assertThat(tree.progress).containsExactly("1/2", "2/2");
        assertThat(tree.notes).containsExactly("file_inventory: 2 files with 8 bytes");
    }

    @Test
    void globsChooseTheFiles() throws IOException {
        tree.with("src/A.java", "").with("src/gen/B.java", "").with("docs/c.md", "");

        assertThat(Scanned.values(
                        tree.run(BuiltinName.FILE_INVENTORY, List.of("src/**"), List.of("**/gen/**"), 10_000), "path"))
                .containsExactly("src/A.java");
        assertThat(tree.progress).containsExactly("1/1");
    }

    @Test
    void aStopEndsItBetweenFiles() throws IOException {
        tree.with("a", "").with("b", "").with("c", "");
        tree.stopAfter = 2;

        assertThat(tree.run(BuiltinName.FILE_INVENTORY)).hasSize(2);
        assertThat(tree.notes).isEmpty();
    }

    @Test
    void resultsPastTheBoundAreCounted() throws IOException {
        tree.with("a", "").with("b", "").with("c", "");

        assertThat(tree.run(BuiltinName.FILE_INVENTORY, List.of(), List.of(), 200))
                .hasSize(1);
        assertThat(tree.notes).contains("2 records are past the limit of 200 bytes");
    }

    @Test
    void languagesAreCountedByLines() throws IOException {
        tree.with("A.java", "class A {\n\n}\n")
                .with("B.java", "class B {}")
                .with("x.py", "pass\n   \n")
                .with("Makefile", "all:\n")
                .with("unknown.zzz", "x\r\n\r\n")
                .with("empty.py", "")
                .with("image.java", new byte[] {0});

        List<JsonNode> records = tree.run(BuiltinName.LANGUAGE_STATS);

        assertThat(Scanned.values(records, "language", "files", "lines", "blank", "bytes"))
                .containsExactly("Java 2 4 1 23", "Other 1 2 1 5", "Python 2 2 1 9", "Makefile 1 1 0 5", " 6 9 3 42");
        assertThat(records.get(4).path("binary").asInt()).isEqualTo(1);
    }

    @Test
    void markersAreFoundInCommentsOnly() throws IOException {
        tree.with("A.java", """
                        // %1$s(me): first
                        int x; // plain
                        String s = "// %1$s not a comment";
                        String u = http://host/%1$s;
                        /* one
                         * %1$s second */ int %1$s = 1;
                        /* a */ /* %1$s third */
                        // %1$sS and MY_%1$s are other words
                        // żółw %1$s: fourth
                        """.formatted(MARK))
                .with("b.py", "x = 1  # " + MARK + " fifth\ny = '#" + MARK + "'\n")
                .with("c.html", "<p>" + MARK + "</p><!-- " + MARK + " sixth -->\n")
                .with("d.unknown", "// " + MARK + "\n")
                .with("e.json", "{\"a\": \"// " + MARK + "\"}\n");

        List<JsonNode> records = tree.run(BuiltinName.TODO_SCAN);

        assertThat(Scanned.values(records, "path", "line", "column", "text"))
                .containsExactly(
                        "A.java 1 4 " + MARK + "(me): first",
                        "A.java 6 4 " + MARK + " second",
                        "A.java 7 12 " + MARK + " third",
                        "A.java 9 9 " + MARK + ": fourth",
                        "b.py 1 10 " + MARK + " fifth",
                        "c.html 1 17 " + MARK + " sixth");
        assertThat(tree.notes).containsExactly("todo_scan: 6 markers in 4 files");
    }

    @ParameterizedTest
    @EnumSource(BuiltinName.class)
    void noFileStopsAnOperation(BuiltinName name) throws IOException {
        byte[] broken = {
            '#', ' ', 'T', 'O', 'D', 'O', ' ', (byte) 0xff, (byte) 0xc3, '\n', (byte) 0xed, (byte) 0xa0, '"'
        };
        for (String file : List.of(
                "a.py",
                "package.json",
                "package-lock.json",
                "pom.xml",
                "requirements.txt",
                "pyproject.toml",
                "Cargo.toml",
                "go.mod",
                "Gemfile",
                "B.java")) {
            tree.with("broken/" + file, broken).with("empty/" + file, "").with("binary/" + file, new byte[9000]);
        }
        byte[] longLine = new byte[50 << 20];
        Arrays.fill(longLine, (byte) '"');
        tree.with("long.js", longLine)
                .with("long.unknown", "\\\"".repeat(1 << 20))
                .with("deep.txt", "(".repeat(1 << 20));
        Files.write(Path.of(URI.create(tree.checkout.toUri() + "name-%FF%FE.py")), broken);

        List<JsonNode> records = tree.run(name);

        assertThat(records).allMatch(record -> record.path("type").isTextual());
        assertThat(tree.progress).hasSize(34).last().isEqualTo("34/34");
        assertThat(tree.notes).singleElement().asString().startsWith(name + ": ");
    }
}
