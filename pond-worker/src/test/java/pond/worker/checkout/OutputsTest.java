package pond.worker.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
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
        make("mkfifo", "fifo");

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
    void aHardLinkToAFileOfSomeoneElseIsNotKept() throws IOException {
        assumeThat(System.getProperty("user.name"))
                .as("only root gives files away")
                .isEqualTo("root");
        Owner stage = new Owner(64000, 64000);
        stage.take(output);
        write(output, "own", "own");
        stage.take(output.resolve("own"));
        write(temp, "secret", "of the worker");
        Files.setPosixFilePermissions(temp.resolve("secret"), PosixFilePermissions.fromString("rw-------"));
        Files.createLink(output.resolve("linked"), temp.resolve("secret"));

        Outputs.Collected collected = Outputs.collect(output, LIMITS);

        assertThat(names(collected)).containsExactly("own");
        assertThat(collected.notes()).containsExactly("'linked' belongs to another user and is not kept");
    }

    @Test
    void devicesAreNotOpened() throws Exception {
        assumeThat(System.getProperty("user.name"))
                .as("only root makes devices")
                .isEqualTo("root");
        make("mknod", "zero", "c", "1", "5");
        make("mknod", "disk", "b", "7", "200");
        make("mknod", "whiteout", "c", "0", "0");

        Outputs.Collected collected = Outputs.collect(output, LIMITS);

        assertThat(collected.files()).isEmpty();
        assertThat(collected.notes()).hasSize(3).allMatch(note -> note.contains("is not a regular file"));
    }

    @Test
    void whatNobodyMayReadEndsNothing() throws Exception {
        write(output, "good", "good");
        write(output, "closed", "file");
        write(output, "folder/inner", "inner");
        for (String name : List.of("closed", "folder")) {
            Files.setPosixFilePermissions(output.resolve(name), PosixFilePermissions.fromString("---------"));
        }

        Outputs.Collected collected = Outputs.collect(output, LIMITS);

        // Root reads all the same; anyone else is told.
        if (System.getProperty("user.name").equals("root")) {
            assertThat(names(collected)).containsExactly("closed", "folder/inner", "good");
        } else {
            assertThat(names(collected)).containsExactly("good");
            assertThat(collected.notes()).hasSize(2).allMatch(note -> note.contains("cannot be read"));
        }
        Trees.delete(output);
        assertThat(output).doesNotExist();
    }

    @Test
    void aGiantFileOfHolesIsNotRead() throws IOException {
        write(output, "small", "1");
        try (RandomAccessFile giant =
                new RandomAccessFile(output.resolve("giant").toFile(), "rw")) {
            giant.setLength(1L << 42);
        }

        Outputs.Collected collected = Outputs.collect(output, LIMITS);

        assertThat(names(collected)).containsExactly("small");
        assertThat(collected.notes()).singleElement().asString().startsWith("'giant' is past the limit");
    }

    @Test
    void aTreeOfAHundredLevelsIsLeftOutBelowItsBoundAndRemoved() throws IOException {
        write(output, "good", "good");
        write(output, "a-folder-of-some-length/".repeat(100) + "unseen", "x");

        Outputs.Collected collected = Outputs.collect(output, LIMITS);

        assertThat(names(collected)).containsExactly("good");
        assertThat(collected.notes()).singleElement().asString().contains("lies too deep");
        Trees.delete(output);
        assertThat(output).doesNotExist();
    }

    private void make(String program, String name, String... arguments) throws Exception {
        List<String> argv =
                new ArrayList<>(List.of(program, output.resolve(name).toString()));
        argv.addAll(List.of(arguments));
        assertThat(new ProcessBuilder(argv).start().waitFor()).isZero();
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

    @Test
    void aFileThatBecomesALinkAfterTheLookIsNotOpened() throws IOException {
        Path secret = Files.writeString(temp.resolve("secret"), "not of the stage");
        Path file = Files.writeString(output.resolve("file"), "of the stage");
        List<Throwable> failures = new ArrayList<>();

        FolderWalk.walk(output, new FolderWalk.Visitor() {
            @Override
            public void file(FolderWalk.Found found) throws IOException {
                Files.delete(file);
                Files.createSymbolicLink(file, secret);
                failures.add(catchThrowable(() -> found.open().close()));
            }

            @Override
            public void skipped(String path, FolderWalk.Reason reason) {
                throw new AssertionError(path + " " + reason);
            }
        });

        assertThat(failures).singleElement().isInstanceOf(IOException.class);
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
