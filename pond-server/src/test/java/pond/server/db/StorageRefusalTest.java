package pond.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.server.db.StorageRefusedException.Reason;

class StorageRefusalTest {
    @TempDir
    Path folder;

    @Test
    void aFileThatIsNoDatabaseIsRefusedAndLeftAlone() throws Exception {
        Path file = folder.resolve("test.db");
        Files.writeString(file, "this is a diary, not a database\n".repeat(100));
        long size = Files.size(file);

        assertRefused(this::open, Reason.DAMAGED, "test.db");
        assertThat(file).hasSize(size);
    }

    @Test
    void aDamagedDatabaseIsRefused() throws Exception {
        try (Databases it = new Databases(folder)) {
            for (int i = 0; i < 200; i++) {
                Databases.get(it.insert("note " + i + " ".repeat(500)));
            }
        }
        byte[] noise = new byte[20_000];
        new Random(1).nextBytes(noise);
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("test.db").toFile(), "rw")) {
            file.seek(40_000);
            file.write(noise);
        }

        assertRefused(this::open, Reason.DAMAGED, "is damaged");
    }

    @Test
    void aFolderInPlaceOfTheFileIsRefused() throws Exception {
        Files.createDirectory(folder.resolve("test.db"));
        assertRefused(this::open, Reason.NOT_ACCESSIBLE, "test.db");
    }

    @Test
    void aMissingFolderIsRefused() {
        assertRefused(() -> new Databases(folder.resolve("nowhere")).close(), Reason.NOT_ACCESSIBLE, "nowhere");
    }

    @Test
    void theStateDirectoryIsMadePrivateWithItsParts() throws Exception {
        Path root = folder.resolve("a/state");
        try (StateDir dir = StateDir.forServer(root)) {
            for (Path part : new Path[] {dir.root(), dir.artifacts(), dir.bundles(), dir.work(), dir.tmp()}) {
                assertThat(mode(part)).as(part.toString()).isEqualTo("rwx------");
            }
            assertThat(mode(root.resolve("server.lock"))).isEqualTo("rw-------");
            assertThat(dir.pondDb()).isEqualTo(root.resolve("pond.db"));
            assertThat(dir.logsDb()).isEqualTo(root.resolve("logs.db"));
        }
    }

    @Test
    void aServerEmptiesTmpAToolDoesNot() throws Exception {
        Path leftover;
        try (StateDir dir = StateDir.forServer(folder)) {
            leftover = Files.createDirectories(dir.tmp().resolve("upload")).resolve("half.part");
            Files.writeString(leftover, "x");
            Files.createSymbolicLink(dir.tmp().resolve("link"), dir.artifacts());
            Files.writeString(dir.artifacts().resolve("kept"), "x");
        }
        try (StateDir tool = StateDir.forTool(folder)) {
            assertThat(leftover).exists();
            assertThat(tool.tmp()).isNotEmptyDirectory();
        }
        try (StateDir dir = StateDir.forServer(folder)) {
            assertThat(dir.tmp()).isEmptyDirectory();
            assertThat(dir.artifacts().resolve("kept")).exists();
        }
    }

    @Test
    void aFolderWithSomeoneElsesTmpIsRefusedAndLeftAlone() throws Exception {
        Path precious = Files.createDirectories(folder.resolve("tmp")).resolve("precious");
        Files.writeString(precious, "x");
        assertRefused(() -> StateDir.forServer(folder).close(), Reason.NOT_ACCESSIBLE, "not a state directory");
        assertRefused(() -> StateDir.forTool(folder).close(), Reason.NOT_ACCESSIBLE, "not a state directory");
        assertThat(precious).exists();
    }

    @Test
    void aToolMayComeBeforeTheFirstServer() {
        StateDir.forTool(folder).close();
        StateDir.forServer(folder).close();
    }

    @Test
    void linksToFoldersAreFollowedButNotEmptied() throws Exception {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = Files.createSymbolicLink(folder.resolve("state"), real);
        StateDir.forServer(link).close();
        Files.delete(real.resolve("tmp"));
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("kept"), "x");
        Files.createSymbolicLink(real.resolve("tmp"), elsewhere);

        StateDir.forServer(link).close();

        assertThat(elsewhere.resolve("kept")).exists();
    }

    @Test
    void aPathThatTheDriverWouldReadOtherwiseIsRefused() {
        assertRefused(() -> new Databases(folder.resolve("a?b")).close(), Reason.NOT_ACCESSIBLE, "question mark");
    }

    @Test
    void aSecondServerIsRefusedUntilTheFirstEndsInWhateverWay() throws Exception {
        try (Child first = Child.start("lock", folder.toString())) {
            assertThat(first.say()).isEqualTo("locked");
            assertRefused(
                    () -> StateDir.forServer(folder).close(),
                    Reason.IN_USE,
                    "is in use by another server (pid " + first.pid() + ")");
            StateDir.forTool(folder).close();
        }
        StateDir second = StateDir.forServer(folder);
        try (Child third = Child.start("lock", folder.toString())) {
            assertThat(third.say())
                    .startsWith("IN_USE")
                    .contains("pid " + ProcessHandle.current().pid());
        }
        second.close();
        second.close();
        StateDir.forServer(folder).close();
    }

    @Test
    void aSecondServerInTheSameProcessIsRefused() {
        try (StateDir first = StateDir.forServer(folder)) {
            assertRefused(() -> StateDir.forServer(first.root()).close(), Reason.IN_USE, "in use");
        }
    }

    @Test
    void aStateDirectoryThatCannotBeUsedIsRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertRefused(() -> StateDir.forServer(file).close(), Reason.NOT_ACCESSIBLE, "is not a directory");
        assertRefused(() -> StateDir.forTool(file.resolve("below")).close(), Reason.NOT_ACCESSIBLE, "below");
        // Nobody, not even root, can make anything in there.
        assertRefused(() -> StateDir.forServer(Path.of("/proc")).close(), Reason.NOT_ACCESSIBLE, "/proc");
        assertRefused(() -> StateDir.forServer(Path.of("/proc/x")).close(), Reason.NOT_ACCESSIBLE, "/proc/x");
    }

    @Test
    void theNativeLibraryIsLoadedFromTheFolderThatIsNamed() throws Exception {
        try (Child child = Child.start("open", folder.toString(), folder.toString())) {
            assertThat(child.say()).isEqualTo("opened");
        }
        try (Child child = Child.start("open", folder.toString(), "/proc")) {
            assertThat(child.say())
                    .startsWith("NOT_ACCESSIBLE")
                    .contains("library")
                    .endsWith("/proc");
        }
    }

    private void open() {
        new Databases(folder).close();
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static void assertRefused(ThrowingCallable start, Reason reason, String mentioned) {
        assertThatThrownBy(start)
                .isInstanceOfSatisfying(
                        StorageRefusedException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(mentioned)
                .message()
                .hasLineCount(1);
    }
}
