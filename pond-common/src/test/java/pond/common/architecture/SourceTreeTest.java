package pond.common.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sizes and names over the sources of all three modules. */
class SourceTreeTest {
    private static final int MAX_MAIN_LINES = 300;
    private static final int MAX_TEST_LINES = 400;

    /** Files that may be longer, each with its reason. One that has become short again must leave this list. */
    private static final Map<String, String> LONGER = Map.of(
            "pond-worker/src/test/java/pond/worker/runtime/FakeServer.java",
            "a whole server in memory, one method a call of the protocol; halves of it would hide what it remembers");

    /** Words that say nothing about what is inside. */
    private static final Set<String> EMPTY_WORDS =
            Set.of("util", "utils", "helper", "helpers", "manager", "managers", "impl", "misc");

    private static final Path ROOT = projectRoot();

    @Test
    void noFileIsLongerThanAReaderCanHoldInMind() throws IOException {
        assertThat(tooLong(ROOT)).containsExactlyInAnyOrderElementsOf(LONGER.keySet());
        assertThat(LONGER.values()).allSatisfy(reason -> assertThat(reason).isNotBlank());
    }

    @Test
    void noPackageOrClassHasAnEmptyName() throws IOException {
        assertThat(emptyNames(ROOT)).isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() throws IOException {
        assertThat(unexplained(ROOT)).isEmpty();
    }

    @Test
    void whatBreaksTheseRulesIsNoticed(@TempDir Path root) throws IOException {
        write(root, "pond-worker/src/main/java/pond/worker/utils/StageManager.java", "//\n".repeat(301));
        write(root, "pond-server/src/main/java/pond/server/runs/Util.java", "//\n".repeat(300));
        write(root, "pond-server/src/main/java/pond/server/runs/Utility.java", "");
        write(root, "pond-server/src/main/java/pond/server/runs/package-info.java", "package pond.server.runs;");
        write(root, "pond-server/src/test/java/pond/server/runs/RunTest.java", "//\n".repeat(401));

        assertThat(tooLong(root))
                .containsExactly(
                        "pond-server/src/test/java/pond/server/runs/RunTest.java",
                        "pond-worker/src/main/java/pond/worker/utils/StageManager.java");
        assertThat(emptyNames(root))
                .containsExactly(
                        "pond-server/src/main/java/pond/server/runs/Util.java",
                        "pond-worker/src/main/java/pond/worker/utils/StageManager.java");
        assertThat(unexplained(root))
                .containsExactly(
                        "pond-server/src/main/java/pond/server/runs", "pond-worker/src/main/java/pond/worker/utils");
    }

    private static Set<String> tooLong(Path root) throws IOException {
        Map<String, Integer> lines = new TreeMap<>();
        for (Path file : sources(root)) {
            lines.put(relative(root, file), Files.readAllLines(file).size());
        }
        lines.entrySet()
                .removeIf(entry ->
                        entry.getValue() <= (entry.getKey().contains("/src/main/") ? MAX_MAIN_LINES : MAX_TEST_LINES));
        return lines.keySet();
    }

    private static Set<String> emptyNames(Path root) throws IOException {
        return sources(root).stream()
                .map(file -> relative(root, file))
                .filter(path -> words(path).anyMatch(EMPTY_WORDS::contains))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The words of a path below {@code src/main/java}: the packages and the parts of the class's name. */
    private static Stream<String> words(String path) {
        return Arrays.stream(path.replaceFirst(".*/java/", "").split("[/.]|(?<=[a-z0-9])(?=[A-Z])", -1))
                .map(word -> word.toLowerCase(java.util.Locale.ROOT));
    }

    private static Set<String> unexplained(Path root) throws IOException {
        Set<String> packages = new TreeSet<>();
        for (Path file : sources(root)) {
            Path info = file.resolveSibling("package-info.java");
            boolean marked = Files.exists(info)
                    && Files.readString(info).contains("@NullMarked")
                    && Files.readString(info).startsWith("/**");
            if (!marked && relative(root, file).contains("/src/main/")) {
                packages.add(relative(root, file.resolveSibling("")));
            }
        }
        return packages;
    }

    private static List<Path> sources(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().matches(".*/pond-[a-z]+/src/(main|test|it)/java/.*\\.java"))
                    .toList();
        }
    }

    private static String relative(Path root, Path file) {
        return root.relativize(file).toString();
    }

    private static void write(Path root, String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** Tests run in the folder of their module, or in that of the whole project when an editor starts them. */
    private static Path projectRoot() {
        Path here = Path.of("").toAbsolutePath();
        Path root = Files.isDirectory(here.resolve("pond-common")) ? here : here.resolveSibling("");
        assertThat(root.resolve("pond-common")).isDirectory();
        return root;
    }
}
