package pond.server.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.sources.guard.Guards.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.definition.SourceSpec.Folder;
import pond.server.sources.guard.Guards;
import pond.server.sources.guard.SourceException.Code;

class FolderSourceTest {
    @TempDir
    Path temp;

    private Path app;
    private Fetches fetches;

    @BeforeEach
    void make() throws IOException {
        var root = temp.resolve("root");
        app = Files.createDirectories(root.resolve("app"));
        Files.writeString(app.resolve("readme"), "hello");
        Files.createDirectories(temp.resolve("root-secret"));
        Files.writeString(temp.resolve("root-secret/key"), "secret");
        fetches = new Fetches(temp.resolve("state"), Guards.settings("", root, 1 << 20));
    }

    @Test
    void filesModesAndLinksComeAlong() throws IOException {
        var tool = Files.writeString(Files.createDirectories(app.resolve("bin")).resolve("tool"), "x");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
        Files.createSymbolicLink(app.resolve("bin/up"), Path.of("../readme"));
        Files.createDirectories(app.resolve("empty"));

        var root = fetches.checkout(new Folder("app"));

        assertThat(root.resolve("bin/tool")).isExecutable().hasContent("x");
        assertThat(root.resolve("bin/up")).isSymbolicLink().hasContent("hello");
        assertThat(root.resolve("empty")).isEmptyDirectory();
        assertThat(root.resolve("readme")).hasContent("hello");
    }

    @Test
    void anAbsolutePathBelowTheRootIsFine() throws IOException {
        var relative = fetches.fetch(null, new Folder("app"));
        assertThat(fetches.fetch(null, new Folder(app.toString()))).isEqualTo(relative);
        assertThat(relative.sources().get(0).revision()).matches("sha256:[0-9a-f]{64}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../root-secret", "/etc", "app/../../root-secret", "/", "way-out", "app/way-out/key"})
    void aPathThatLeadsOutIsRefused(String path) throws IOException {
        Files.createSymbolicLink(temp.resolve("root/way-out"), temp.resolve("root-secret"));
        Files.createSymbolicLink(app.resolve("way-out"), temp.resolve("root-secret"));
        assertRefused(Code.SOURCE_REFUSED, () -> fetches.fetch(null, new Folder(path)))
                .hasMessageNotContaining(temp.toString());
    }

    @Test
    void aLinkInsideThatLeadsOutIsRefusedAndNotFollowed() throws IOException {
        Files.createSymbolicLink(app.resolve("way-out"), temp.resolve("root-secret"));
        assertRefused(Code.SOURCE_INVALID, () -> fetches.fetch(null, new Folder("app")))
                .hasMessageContaining("'way-out'")
                .hasMessageNotContaining(temp.toString());
    }

    @Test
    void whatIsNoFileIsSkippedWithALine() throws Exception {
        var mkfifo = new ProcessBuilder("mkfifo", app.resolve("pipe").toString()).start();
        assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();

        var root = fetches.checkout(new Folder("app"));

        assertThat(root.resolve("pipe")).doesNotExist();
        assertThat(fetches.lines).anyMatch(line -> line.contains("skipped 'pipe'"));
    }

    @Test
    void whatIsNotThereOrNoFolderIsSaid() {
        assertRefused(Code.SOURCE_NOT_FOUND, () -> fetches.fetch(null, new Folder("nothing")));
        assertRefused(Code.SOURCE_INVALID, () -> fetches.fetch(null, new Folder("app/readme")));
        assertRefused(Code.SOURCE_INVALID, () -> fetches.fetch(null, new Folder("a\0b")));
    }

    @Test
    void aFolderAboveTheCapIsRefused() throws IOException {
        Files.write(app.resolve("big"), new byte[2 << 20]);
        assertRefused(Code.SOURCE_TOO_LARGE, () -> fetches.fetch(null, new Folder("app")));
        assertThat(fetches.leftovers()).isEmpty();
    }

    @Test
    void withoutARootThereAreNoFolders() throws IOException {
        var none = new Fetches(temp.resolve("other"), Guards.settings("", null, 1 << 20));
        assertRefused(Code.SOURCE_REFUSED, () -> none.fetch(null, new Folder(app.toString())));
    }
}
