package pond.server.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.sources.guard.Guards.assertRefused;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.definition.SourceSpec.Tarball;
import pond.server.sources.guard.Digests;
import pond.server.sources.guard.Guards;
import pond.server.sources.guard.SourceException.Code;

class TarballSourceTest {
    @TempDir
    Path temp;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private Fetches fetches;
    private volatile byte[] served = new byte[0];
    private volatile int status = 200;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                if (exchange.getRequestURI().getPath().equals("/moved")) {
                    exchange.getResponseHeaders().set("Location", "/archive?signature=s3cret");
                    exchange.sendResponseHeaders(307, -1);
                } else {
                    exchange.sendResponseHeaders(status, served.length == 0 ? -1 : 0);
                    exchange.getResponseBody().write(served);
                }
            }
        });
        server.start();
        fetches = new Fetches(temp.resolve("state"), Guards.settings("host.test", null, 4 << 20));
    }

    @AfterEach
    void stop() throws IOException {
        server.stop(0);
        threads.shutdownNow();
        assertThat(fetches.leftovers()).isEmpty();
    }

    private Tarball at(String path, @Nullable String sha256, int strip) {
        return new Tarball("http://host.test:" + server.getAddress().getPort() + path, sha256, strip);
    }

    private Path checkout(byte[] archive, int strip) throws IOException {
        served = archive;
        return fetches.checkout(at("/archive", null, strip));
    }

    private void assertArchiveRefused(Code code, byte[] archive, String words) {
        served = archive;
        assertRefused(code, () -> fetches.fetch(null, at("/archive", null, 0))).hasMessageContaining(words);
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Digests.sha256().digest(bytes));
    }

    private static Tars usual() throws IOException {
        return new Tars()
                .entry("./", TarConstants.LF_DIR, "")
                .entry("./app-1/", TarConstants.LF_DIR, "")
                .file("./app-1/run", 0755, new byte[] {'x'})
                .file("./app-1/" + "long/".repeat(40) + "ä", "deep")
                .link("./app-1/link", "run");
    }

    @Test
    void plainGzipAndBzip2AreTheSameFiles() throws IOException {
        for (byte[] archive : new byte[][] {usual().plain(), usual().gzip(), usual().bzip2()}) {
            var root = checkout(archive, 0);
            assertThat(root.resolve("app-1/run")).isExecutable().hasContent("x");
            assertThat(root.resolve("app-1/" + "long/".repeat(40) + "ä")).hasContent("deep");
            assertThat(root.resolve("app-1/link")).isSymbolicLink().hasContent("x");
        }
    }

    @Test
    void strippingLeavesOutWhatLiesAbove() throws IOException {
        var root = checkout(usual().file("pax-readme", "x").gzip(), 1);
        assertThat(root.resolve("run")).hasContent("x");
        assertThat(root.resolve("pax-readme")).doesNotExist();
        assertThat(fetches.lines).anyMatch(line -> line.contains("left out"));
    }

    @Test
    void theDigestIsCheckedAndRecorded() throws IOException {
        served = usual().gzip();
        String right = sha256(served);
        var fetched = fetches.fetch(null, at("/moved", right.toUpperCase(java.util.Locale.ROOT), 0));
        assertThat(fetched.sources().get(0).revision()).isEqualTo("sha256:" + right);
        assertThat(fetches.lines).noneMatch(line -> line.contains("s3cret"));

        served = Arrays.copyOf(served, served.length + 1);
        assertRefused(Code.SOURCE_DIGEST_MISMATCH, () -> fetches.fetch(null, at("/archive", right, 0)));
    }

    @Test
    void theDigestIsComparedBeforeTheArchiveIsRead() {
        served = "not an archive at all".getBytes(StandardCharsets.UTF_8);
        assertRefused(Code.SOURCE_DIGEST_MISMATCH, () -> fetches.fetch(null, at("/archive", "0".repeat(64), 0)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/evil", "../evil", "a/../../evil", "a//evil", "a/./evil", "a\nevil"})
    void aPathThatLeavesOrMisleadsIsRefused(String name) throws IOException {
        assertArchiveRefused(Code.SOURCE_INVALID, new Tars().file(name, "x").gzip(), "refused");
    }

    @Test
    void strippingDoesNotHideAnAbsolutePath() throws IOException {
        served = new Tars().file("/etc/evil", "x").gzip();
        assertRefused(Code.SOURCE_INVALID, () -> fetches.fetch(null, at("/archive", null, 1)));
    }

    @Test
    void linksThatLeaveAreRefused() throws IOException {
        assertArchiveRefused(Code.SOURCE_INVALID, new Tars().link("a", "/etc").gzip(), "'a'");
        assertArchiveRefused(Code.SOURCE_INVALID, new Tars().link("a", "..").gzip(), "'a'");
        var chain = new Tars().link("d/up", "..").link("x", "d/up/..").gzip();
        assertArchiveRefused(Code.SOURCE_INVALID, chain, "'x'");
    }

    @Test
    void anEntryThroughALinkIsRefused() throws IOException {
        var archive = new Tars().link("a", "b").file("a/evil", "x").gzip();
        assertArchiveRefused(Code.SOURCE_INVALID, archive, "'a/evil'");
    }

    @Test
    void aDuplicateIsRefused() throws IOException {
        assertArchiveRefused(
                Code.SOURCE_INVALID, new Tars().file("a", "1").file("./a", "2").gzip(), "'a'");
    }

    @ParameterizedTest
    @CsvSource({"1, hard link", "3, neither", "4, neither", "6, neither", "S, sparse"})
    void whatIsNoPlainEntryIsRefused(char kind, String words) throws IOException {
        var archive = new Tars().file("b", "x").entry("a", (byte) kind, "b").gzip();
        assertArchiveRefused(Code.SOURCE_INVALID, archive, words);
    }

    @Test
    void aBombIsCutOff() throws IOException {
        byte[] zeros = new byte[8 << 20];
        assertArchiveRefused(
                Code.SOURCE_TOO_LARGE, new Tars().file("a", 0644, zeros).gzip(), "bytes");
    }

    @Test
    void aBombInWhatIsLeftOutIsCutOff() throws IOException {
        served = new Tars().file("a", 0644, new byte[8 << 20]).gzip();
        assertRefused(Code.SOURCE_TOO_LARGE, () -> fetches.fetch(null, at("/archive", null, 1)));
    }

    @ParameterizedTest
    @ValueSource(chars = {'L', 'x', 'g'})
    void aBombInANameIsCutOff(char kind) throws IOException {
        var archive = new Tars().file("a", 0644, new byte[2 << 20]).plain();
        archive[156] = (byte) kind;
        System.arraycopy(checksum(archive), 0, archive, 148, 8);
        // A long and useless comment is what the pax forms take for one record.
        byte[] record = "2097152 comment=".getBytes(StandardCharsets.UTF_8);
        Arrays.fill(archive, 512, 512 + (2 << 20), (byte) 'a');
        System.arraycopy(record, 0, archive, 512, record.length);
        archive[512 + (2 << 20) - 1] = '\n';
        assertArchiveRefused(Code.SOURCE_TOO_LARGE, Tars.gzip(archive), "headers");
    }

    private static byte[] checksum(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += header[i] & 0xff;
        }
        return String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void anArchiveThatEndsTooEarlyIsRefused() throws IOException {
        byte[] noise = new byte[100_000];
        new Random(1).nextBytes(noise);
        byte[] whole = new Tars().file("a", 0644, noise).gzip();
        assertArchiveRefused(Code.SOURCE_INVALID, Arrays.copyOf(whole, whole.length / 2), "the archive");
        byte[] plain = new Tars().file("a", 0644, noise).plain();
        assertArchiveRefused(Code.SOURCE_INVALID, Arrays.copyOf(plain, 50_000), "the archive");
    }

    @Test
    void otherFormatsAreNamed() {
        assertArchiveRefused(Code.SOURCE_INVALID, new byte[] {'P', 'K', 3, 4, 0, 0}, "a zip file");
        assertArchiveRefused(Code.SOURCE_INVALID, new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0}, "xz");
        assertArchiveRefused(Code.SOURCE_INVALID, new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd}, "zstd");
        assertArchiveRefused(Code.SOURCE_INVALID, "<html>".getBytes(StandardCharsets.UTF_8), "not a tar file");
        assertArchiveRefused(Code.SOURCE_INVALID, new byte[0], "not a tar file");
    }

    @Test
    void aDownloadAboveTheCapIsCutOff() {
        assertArchiveRefused(Code.SOURCE_TOO_LARGE, new byte[(1 << 20) + 1], "archive has more than");
    }

    @ParameterizedTest
    @CsvSource({"401, source_auth_failed", "403, source_auth_failed", "404, source_not_found", "500, source_unreachable"
    })
    void aStatusBecomesACode(int answered, String code) {
        status = answered;
        var expected = Code.valueOf(code.toUpperCase(java.util.Locale.ROOT));
        assertRefused(expected, () -> fetches.fetch(null, at("/archive", null, 0)));
        assertThat(expected).hasToString(code);
    }
}
