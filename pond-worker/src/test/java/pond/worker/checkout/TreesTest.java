package pond.worker.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TreesTest {
    @TempDir
    Path temp = Path.of("");

    @Test
    void aTreeDeeperThanAnyPathCanNameIsDeleted() throws IOException {
        Path root = Files.createDirectory(temp.resolve("root"));
        // Built from the inside out, because the whole path is far longer than the system takes.
        Path inner = Files.createDirectory(temp.resolve("0"));
        Files.writeString(inner.resolve("bottom"), "x");
        for (int level = 1; level < 2_000; level++) {
            Path outer = Files.createDirectory(temp.resolve(Integer.toString(level)));
            Files.writeString(outer.resolve("file"), "x");
            Files.move(inner, outer.resolve("a-folder-of-some-name"));
            inner = outer;
        }
        Files.move(inner, root.resolve("deep"));

        Trees.delete(root);

        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void modesDoNotStopIt() throws IOException {
        Path root = Files.createDirectory(temp.resolve("root"));
        Path outer = Files.createDirectories(root.resolve("outer"));
        Path inner = Files.createDirectories(outer.resolve("inner"));
        Files.writeString(inner.resolve("file"), "x");
        Files.setPosixFilePermissions(inner.resolve("file"), PosixFilePermissions.fromString("---------"));
        for (Path folder : new Path[] {inner, outer, root}) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("---------"));
        }

        Trees.delete(root);

        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void whatLinksPointToStays() throws IOException {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.writeString(outside.resolve("file"), "mine");
        Path root = Files.createDirectory(temp.resolve("root"));
        Files.createSymbolicLink(root.resolve("link"), outside);
        Files.createDirectory(root.resolve("folder"));
        Files.createSymbolicLink(root.resolve("folder/link"), outside);
        Path alias = Files.createSymbolicLink(temp.resolve("alias"), outside);

        Trees.delete(root);
        Trees.delete(alias);

        assertThat(outside.resolve("file")).hasContent("mine");
        assertThat(Files.exists(root, LinkOption.NOFOLLOW_LINKS)).isFalse();
        assertThat(Files.exists(alias, LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @Test
    void manyEntriesAndWideTreesGo() throws IOException {
        Path root = Files.createDirectory(temp.resolve("root"));
        for (int i = 0; i < 20; i++) {
            Path folder = Files.createDirectories(root.resolve("f" + i + "/same/same"));
            for (int j = 0; j < 30; j++) {
                Files.createFile(folder.resolve("file" + j));
                Files.createDirectory(folder.resolve("folder" + j));
            }
        }

        Trees.delete(root);

        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void whatIsNotThereNeedsNoDeleting() throws IOException {
        Trees.delete(temp.resolve("never"));
        Trees.delete(temp.resolve("never/ever"));

        assertThat(temp).isEmptyDirectory();
    }
}
