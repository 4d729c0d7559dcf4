package pond.worker.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.definition.Glob;

final class OutputsTest {
    private static final Outputs.Limits LIMITS = new Outputs.Limits(1000, 1_000_000);

    @TempDir
    Path temp = Path.of("");

    private Path output = Path.of("");
    private Path checkout = Path.of("");

    @BeforeEach
    void makeFolders() throws IOException {
        output = Files.createDirectory(temp.resolve("output"));
        checkout = Files.createDirectory(temp.resolve("checkout"));
    }

    @Test
    void everythingInTheOutputFolderIsKept() throws IOException {
        write(output, "b/deep/report.txt", "hello");
        write(output, "a.txt", "");
        Files.createDirectory(output.resolve("empty"));

        Outputs.Collected collected = Outputs.collect(output, LIMITS);

        assertThat(collected.notes()).isEmpty();
        assertThat(collected.files())
                .extracting(file -> file.name().value(), OutputFile::size, OutputFile::sha256)
                .containsExactly(
                        tuple("a.txt", 0L, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
                        tuple(
                                "b/deep/report.txt",
                                5L,
                                "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"));
        assertThat(content(collected, "b/deep/report.txt")).isEqualTo("hello");
    }

    @Test
    void globsChooseInTheCheckoutAndTheOutputFolderWins() throws IOException {
        write(output, "target/app.jar", "from output");
        write(checkout, "target/app.jar", "from checkout");
        write(checkout, "target/other.jar", "other");
        write(checkout, "src/Main.java", "source");
        Files.createSymbolicLink(checkout.resolve("link.jar"), Path.of("target/app.jar"));
        Files.createSymbolicLink(checkout.resolve("link.txt"), Path.of("target/app.jar"));

        Outputs.Collected collected = Outputs.collect(output, checkout, List.of(Glob.of("**/*.jar")), LIMITS);

        assertThat(names(collected)).containsExactly("target/app.jar", "target/other.jar");
        assertThat(content(collected, "target/app.jar")).isEqualTo("from output");
        assertThat(content(collected, "target/other.jar")).isEqualTo("other");
        assertThat(collected.notes()).hasSize(2);
        assertThat(collected.notes()).anyMatch(note -> note.contains("link.jar") && note.contains("symbolic link"));
    }

    @Test
    void onlyRegularFilesAreKept() throws Exception {
        write(temp, "secret", "secret");
        write(output, "good", "good");
        Files.createSymbolicLink(output.resolve("file-link"), temp.resolve("secret"));
        Files.createSymbolicLink(output.resolve("folder-link"), temp);
        assertThat(new ProcessBuilder("mkfifo", output.resolve("fifo").toString())
                        .start()
                        .waitFor())
                .isZero();

        Outputs.Collected collected;
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(output.resolve("socket")));
            collected = Outputs.collect(output, LIMITS);
        }

        assertThat(names(collected)).containsExactly("good");
        assertThat(collected.notes())
                .containsExactlyInAnyOrder(
                        "'fifo' is not a regular file and is not kept",
                        "'socket' is not a regular file and is not kept",
                        "'file-link' is a symbolic link and is not kept",
                        "'folder-link' is a symbolic link and is not kept");
    }

    @Test
    void hardLinksAreFilesLikeOthers() throws IOException {
        write(output, "first", "same");
        Files.createLink(output.resolve("second"), output.resolve("first"));

        Outputs.Collected collected = Outputs.collect(output, LIMITS);

        assertThat(names(collected)).containsExactly("first", "second");
        assertThat(content(collected, "second")).isEqualTo("same");
    }

    @Test
    void namesThatNoArtifactCanHaveAreSkipped() throws IOException {
        write(output, "zażółć.txt", "umlauts are fine");
        write(output, "back\\slash", "");
        write(output, "line\nbreak", "");
        Path root = Path.of(URI.create(output.toUri() + "not-%FF-utf8"));
        Files.writeString(root, "");

        Outputs.Collected collected = Outputs.collect(output, LIMITS);

        assertThat(names(collected)).containsExactly("zażółć.txt");
        assertThat(content(collected, "zażółć.txt")).isEqualTo("umlauts are fine");
        assertThat(collected.notes())
                .hasSize(3)
                .allMatch(note -> note.endsWith("has a name that no artifact can have and is not kept"))
                .noneMatch(note -> note.contains("\n"));
    }

    @Test
    void boundsHoldAndAreTold() throws IOException {
        for (int i = 0; i < 5; i++) {
            write(output, "file" + i, "12345");
        }

        assertThat(names(Outputs.collect(output, new Outputs.Limits(3, 1000))))
                .containsExactly("file0", "file1", "file2");
        Outputs.Collected byBytes = Outputs.collect(output, new Outputs.Limits(100, 12));
        assertThat(names(byBytes)).containsExactly("file0", "file1");
        assertThat(byBytes.notes()).hasSize(3);
    }

    @Test
    void aFloodOfSkippedFilesIsANumber() throws IOException {
        for (int i = 0; i < 150; i++) {
            Files.createSymbolicLink(output.resolve("link" + i), temp);
        }

        assertThat(Outputs.collect(output, LIMITS).notes()).hasSize(101).endsWith("and 50 more");
    }

    @Test
    void foldersThatAreTooDeepAreSkipped() throws IOException {
        write(output, "d/".repeat(FolderWalk.MAX_DEPTH - 1) + "seen", "x");
        write(output, "e/".repeat(FolderWalk.MAX_DEPTH) + "unseen", "x");

        Outputs.Collected collected = Outputs.collect(output, LIMITS);

        assertThat(collected.files()).hasSize(1);
        assertThat(collected.notes()).singleElement().asString().contains("lies too deep");
    }

    @Test
    void aFolderThatBecameALinkIsNotOpened() throws IOException {
        write(temp, "outside/report", "secret");
        write(output, "folder/report", "mine");
        OutputFile file = Outputs.collect(output, LIMITS).files().get(0);

        Trees.delete(output.resolve("folder"));
        Files.createSymbolicLink(output.resolve("folder"), temp.resolve("outside"));

        assertThatThrownBy(file::open).isInstanceOf(IOException.class);
    }

    private static void write(Path root, String name, String text) throws IOException {
        Path path = root;
        for (String part : name.split("/", -1)) {
            Files.createDirectories(path);
            path = path.resolve(FileNames.path(part));
        }
        Files.writeString(path, text);
    }

    private static List<String> names(Outputs.Collected collected) {
        return collected.files().stream().map(file -> file.name().value()).toList();
    }

    private static String content(Outputs.Collected collected, String name) throws IOException {
        OutputFile file = collected.files().stream()
                .filter(one -> one.name().value().equals(name))
                .findFirst()
                .orElseThrow();
        try (InputStream in = file.open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
