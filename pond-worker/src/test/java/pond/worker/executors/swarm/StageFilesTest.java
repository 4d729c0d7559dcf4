package pond.worker.executors.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.ids.ArtifactName;

class StageFilesTest {
    private static final ArtifactName NAME = new ArtifactName("a/b/c.json");

    @TempDir
    private Path temp = Path.of("");

    @Test
    void linksOnTheWayAreReplacedAndNeverFollowed() throws Exception {
        Path root = Files.createDirectory(temp.resolve("root"));
        Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
        Path precious = Files.writeString(temp.resolve("precious"), "kept");
        Files.createSymbolicLink(root.resolve("a"), elsewhere);
        StageFiles files = StageFiles.ofOutput(root);

        files.write(NAME, "one");
        assertThat(elsewhere).isEmptyDirectory();
        assertThat(root.resolve("a/b/c.json")).hasContent("one");

        Files.delete(root.resolve("a/b/c.json"));
        Files.createSymbolicLink(root.resolve("a/b/c.json"), precious);
        assertThat(files.size(NAME)).isEmpty();
        files.write(NAME, "two");
        assertThat(precious).hasContent("kept");
        assertThat(files.size(NAME)).hasValue(3);
    }

    @Test
    void aFileIsNoMoreThereWhenALinkLeadsToIt() throws Exception {
        Files.createDirectories(temp.resolve("real/b"));
        Files.writeString(temp.resolve("real/b/c.json"), "x");
        Files.createSymbolicLink(temp.resolve("a"), temp.resolve("real"));

        assertThat(StageFiles.ofOutput(temp).size(NAME)).isEmpty();
    }

    @Test
    void theHomesFilesAreForTheirOwnerOnly() throws Exception {
        StageFiles.ofHome(temp).write(NAME, "x");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve("a/b/c.json"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve("a"))))
                .isEqualTo("rwx------");
    }

    @Test
    void aFolderOfThatNameIsNotRemoved() throws Exception {
        Files.createDirectories(temp.resolve("a/b/c.json/full"));

        assertThatThrownBy(() -> StageFiles.ofOutput(temp).write(NAME, "x")).isInstanceOf(IOException.class);
    }
}
