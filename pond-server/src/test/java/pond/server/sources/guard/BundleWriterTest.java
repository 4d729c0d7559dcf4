package pond.server.sources.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.sources.guard.Guards.assertRefused;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.server.sources.guard.SourceException.Code;

class BundleWriterTest {
    @TempDir
    Path temp;

    private Bundles bundles;
    private BundleWriter writer;
    private final FetchScope scope = Guards.scope();

    @BeforeEach
    void open() throws IOException {
        bundles = new Bundles(temp.resolve("bundles"));
        writer = writer("one", Guards.settings("", null, 1 << 20));
    }

    @AfterEach
    void close() throws IOException {
        writer.close();
        scope.close();
    }

    private BundleWriter writer(String name, SourceSettings settings) throws IOException {
        return new BundleWriter(temp.resolve(name), settings, scope);
    }

    private static void file(BundleWriter writer, String path, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        writer.file(path, false, bytes.length, new ByteArrayInputStream(bytes));
    }

    @Test
    void whatGoesInComesOut() throws IOException {
        String longName = "d".repeat(200) + "/" + "f".repeat(200);
        file(writer, "läuft/ä.txt", "hello");
        writer.file("bin/tool", true, 0, InputStream.nullInputStream());
        writer.link("bin/other", "../läuft/./ä.txt");
        writer.folder("empty");
        writer.folder("empty");
        file(writer, longName, "deep");

        var bundle = writer.finish(bundles);

        var root = Files.createDirectory(temp.resolve("root"));
        NaiveExtractor.extract(bundles.open(bundle.sha256()), root);
        assertThat(root.resolve("bin/other")).isSymbolicLink().hasContent("hello");
        assertThat(root.resolve("bin/tool")).isExecutable().isEmptyFile();
        assertThat(root.resolve("empty")).isEmptyDirectory();
        assertThat(root.resolve(longName)).hasContent("deep");
        assertThat(bundle.entries()).isEqualTo(8);
    }

    @Test
    void theNameIsTheDigestAndEqualContentsAreEqualBundles() throws IOException {
        file(writer, "a", "text");
        var first = writer.finish(bundles);
        try (var again = writer("two", Guards.settings("", null, 1 << 20))) {
            file(again, "a", "text");
            assertThat(again.finish(bundles)).isEqualTo(first);
        }

        byte[] bytes = Files.readAllBytes(bundles.find(first.sha256()).orElseThrow());
        assertThat(HexFormat.of().formatHex(Digests.sha256().digest(bytes))).isEqualTo(first.sha256());
        assertThat(bytes).hasSize((int) first.size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/etc/passwd",
                "..",
                "../x",
                "a/../b",
                "a/..",
                ".",
                "./a",
                "a/./b",
                "a//b",
                "a/",
                "a\0b",
                "a\nb",
                "a\u001bb",
                "a\u0085b",
                "\ud800"
            })
    void aPathThatIsNotPlainlyRelativeIsRefused(String path) {
        assertRefused(Code.SOURCE_INVALID, () -> file(writer, path, ""));
        assertRefused(Code.SOURCE_INVALID, () -> writer.folder(path));
        assertRefused(Code.SOURCE_INVALID, () -> writer.link(path, "x"));
    }

    @Test
    void aPathThatIsTooLongOrTooDeepIsRefused() {
        assertRefused(Code.SOURCE_INVALID, () -> writer.folder("ä".repeat(128)));
        assertRefused(Code.SOURCE_INVALID, () -> writer.folder("abcdefgh/".repeat(240) + "x"));
        assertRefused(Code.SOURCE_INVALID, () -> writer.folder("a/".repeat(100) + "x"));
    }

    @Test
    void nothingComesTwice() throws IOException {
        file(writer, "a", "");
        file(writer, "d/x", "");
        assertRefused(Code.SOURCE_INVALID, () -> file(writer, "a", ""));
        assertRefused(Code.SOURCE_INVALID, () -> writer.folder("a"));
        assertRefused(Code.SOURCE_INVALID, () -> writer.link("a", "d"));
        assertRefused(Code.SOURCE_INVALID, () -> file(writer, "d", ""));
    }

    @Test
    void nothingLiesBelowAFileOrALink() throws IOException {
        file(writer, "file", "");
        writer.folder("real");
        writer.link("link", "real");
        assertRefused(Code.SOURCE_INVALID, () -> file(writer, "file/x", ""));
        assertRefused(Code.SOURCE_INVALID, () -> file(writer, "link/x", ""));
        assertRefused(Code.SOURCE_INVALID, () -> file(writer, "link/deeper/x", ""));
    }

    @ParameterizedTest
    @CsvSource({"a,..", "a,/etc/passwd", "d/a,../..", "d/a,x/../../../y", "a,''", "d/a,../../d/x"})
    void aLinkThatLeadsOutAsTextIsRefusedAtOnce(String path, String target) {
        assertRefused(Code.SOURCE_INVALID, () -> writer.link(path, target));
    }

    @Test
    void aLinkThatLeadsOutThroughAnotherLinkIsRefused() throws IOException {
        writer.link("d/up", "..");
        writer.link("x", "d/up/..");
        assertRefused(Code.SOURCE_INVALID, () -> writer.finish(bundles)).hasMessageContaining("'x'");
    }

    @Test
    void aLinkThatLeadsOutThroughALinkThatComesLaterIsRefused() throws IOException {
        writer.link("x", "d/e/../../f");
        writer.link("d/e", "../g");
        writer.folder("g");
        assertRefused(Code.SOURCE_INVALID, () -> writer.finish(bundles)).hasMessageContaining("'x'");
    }

    @Test
    void linksInACircleLeadNowhereAndAreKept() throws IOException {
        writer.link("a", "b");
        writer.link("b", "a");
        writer.link("self", "self/self");
        assertThat(writer.finish(bundles).entries()).isEqualTo(3);
    }

    @Test
    void linksAreWrittenAfterEverythingElse() throws IOException {
        writer.link("a", "z");
        file(writer, "z", "last");

        var bundle = writer.finish(bundles);

        try (var tar =
                new org.apache.commons.compress.archivers.tar.TarArchiveInputStream(bundles.open(bundle.sha256()))) {
            assertThat(tar.getNextEntry().getName()).isEqualTo("z");
            var link = tar.getNextEntry();
            assertThat(link.isSymbolicLink()).isTrue();
            assertThat(link.getUserName() + link.getGroupName() + link.getLongUserId())
                    .isEqualTo("0");
        }
    }

    @Test
    void theCapsHold() throws IOException {
        assertRefused(Code.SOURCE_TOO_LARGE, () -> file(writer, "big", "x".repeat((1 << 20) + 1)));
        try (var few = writer("few", Guards.entries(2))) {
            file(few, "a/b", "");
            assertRefused(Code.SOURCE_TOO_LARGE, () -> file(few, "c", ""));
        }
    }

    @Test
    void contentThatIsShorterThanAnnouncedIsRefused() {
        assertRefused(Code.SOURCE_INVALID, () -> writer.file("a", false, 3, new ByteArrayInputStream(new byte[2])));
    }

    @Test
    void anUnfinishedFileIsRemoved() throws IOException {
        file(writer, "a", "text");
        writer.close();
        assertThat(temp.resolve("one")).doesNotExist();
        assertThat(temp.resolve("bundles")).isEmptyDirectory();
    }
}
