package pond.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.LogStream;
import pond.common.protocol.Attach;
import pond.common.protocol.Job;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.LogBatch.Line;
import pond.worker.runtime.FakeServer.Fate;

class LogShipperTest {
    private static final List<Fate> FATES = List.of(
            Fate.ANSWERED, Fate.ANSWERED, Fate.ANSWERED, Fate.ANSWERED, Fate.CALL_LOST, Fate.ANSWER_LOST, Fate.LATE);
    private static TimerThread shipping = new TimerThread("never");

    @BeforeAll
    @BeforeContainer
    static void start() {
        shipping = new TimerThread("log-test");
    }

    @AfterAll
    @AfterContainer
    static void stop() {
        shipping.stop();
    }

    @Test
    void linesArriveInOrderWithTheirStreams(@TempDir Path dir) throws Exception {
        Shipped shipped = new Shipped(dir, 1_000_000);
        shipped.log.append(LogStream.STDOUT, "one");
        shipped.log.append(LogStream.STDERR, "");
        shipped.log.append(LogStream.SYSTEM, "grüße 🦆");

        assertThat(shipped.finish()).isEqualTo(3);
        assertThat(shipped.server.look(() -> shipped.lines()))
                .extracting(Line::stream)
                .containsExactly(LogStream.STDOUT, LogStream.STDERR, LogStream.SYSTEM);
        assertThat(shipped.texts()).containsExactly("one", "", "grüße 🦆");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void aLineIsVisibleWhileTheStageRuns(@TempDir Path dir) {
        Shipped shipped = new Shipped(dir, 1_000_000);
        shipped.log.append(LogStream.STDOUT, "early");

        await().until(() -> shipped.texts().equals(List.of("early")));
    }

    @Test
    void aLogWithoutLinesIsFinishedAtOnce(@TempDir Path dir) {
        assertThat(new Shipped(dir, 10).log.finish()).isCompletedWithValue(0L);
    }

    @Test
    void linesPastTheLimitAreDroppedCountedAndToldOnce(@TempDir Path dir) throws Exception {
        Shipped shipped = new Shipped(dir, 20);
        for (String line : List.of("123456789", "abcdefghi", "x", "y", "z")) {
            shipped.log.append(LogStream.STDOUT, line);
        }

        assertThat(shipped.finish()).isEqualTo(3);
        assertThat(shipped.texts())
                .containsExactly("123456789", "abcdefghi", "3 more lines were dropped: the log may have 20 bytes");
        assertThat(shipped.log.dropped()).isEqualTo(3);
    }

    @Test
    void linesPrintedWhileTheServerIsAwayArriveLaterEachOnce(@TempDir Path dir) throws Exception {
        Shipped shipped = new Shipped(dir, 100_000_000);
        shipped.server.fates(call -> Fate.CALL_LOST);
        List<String> printed = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            printed.add("line " + i + " ü");
            shipped.log.append(LogStream.STDOUT, "line " + i + " ü");
        }
        // Only so much of it is in memory.
        assertThat(Files.size(dir.resolve("log"))).isGreaterThan(100_000L * 24 - 512 * 1024);

        shipped.server.fates(call -> Fate.ANSWERED);

        assertThat(shipped.finish()).isEqualTo(100_000);
        assertThat(shipped.texts()).isEqualTo(printed);
        assertThat(Files.size(dir.resolve("log"))).isZero();
    }

    /** Whatever the server says that it has, the rest is sent again. */
    @Test
    void ofABatchThatIsStoredInPartTheRestFollows(@TempDir Path dir) throws Exception {
        Shipped shipped = new Shipped(dir, 1_000_000);
        shipped.server.mostLines = 3;
        List<String> printed = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            printed.add("line " + i);
            shipped.log.append(LogStream.STDOUT, "line " + i);
        }

        assertThat(shipped.finish()).isEqualTo(100);
        assertThat(shipped.texts()).isEqualTo(printed);
    }

    @Test
    void aDiskThatTakesNothingDropsLinesAndSaysSo() throws Exception {
        Shipped shipped = new Shipped(new FakeServer(Duration.ofSeconds(30)), 100_000_000, () -> {
            throw new IOException("no space left on device");
        });
        shipped.server.fates(call -> Fate.CALL_LOST);
        for (int i = 0; i < 20_000; i++) {
            shipped.log.append(LogStream.STDOUT, "line " + i);
        }
        shipped.server.fates(call -> Fate.ANSWERED);

        long last = shipped.finish();
        assertThat(shipped.log.dropped()).isPositive();
        assertThat(last).isEqualTo(20_000 - shipped.log.dropped() + 1);
        assertThat(shipped.texts())
                .last()
                .isEqualTo(shipped.log.dropped() + " more lines were dropped: the worker's disk is full");
    }

    @Test
    void aMillionLinesArriveWithinBoundedMemory(@TempDir Path dir) throws Exception {
        Shipped shipped = new Shipped(dir, Long.MAX_VALUE);
        shipped.server.keepsLines = false;
        for (int i = 0; i < 1_000_000; i++) {
            shipped.log.append(LogStream.STDOUT, "a line of about sixty characters, as programs print, " + i);
        }
        assertThat(shipped.finish()).isEqualTo(1_000_000);

        assertThat(shipped.server.look(() -> shipped.server.lineCount)).isEqualTo(1_000_000);
    }

    @Property(tries = 60)
    void neitherLostNorLateAnswersMakeAGapOrADoubleLine(@ForAll long seed, @ForAll @IntRange(max = 3000) int lines)
            throws Exception {
        Path dir = Files.createTempDirectory("pond-log");
        Random random = new Random(seed);
        Shipped shipped = new Shipped(dir, 100_000_000);
        shipped.server.fates(call -> {
            synchronized (random) {
                return FATES.get(random.nextInt(FATES.size()));
            }
        });
        List<String> printed = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            String text = i + "x".repeat(i % 7 == 0 ? 400 : 3);
            printed.add(text);
            shipped.log.append(LogStream.STDOUT, text);
            if (i == lines / 2) {
                shipped.server.fates(call -> Fate.ANSWERED);
            }
        }

        assertThat(shipped.finish()).isEqualTo(lines);
        assertThat(shipped.texts()).isEqualTo(printed);
        Files.deleteIfExists(dir.resolve("log"));
        Files.delete(dir);
    }

    /** The log of one job that a server has handed out. */
    private static final class Shipped {
        final FakeServer server;
        final LogShipper log;
        private final Job job;

        Shipped(Path dir, long limit) {
            this(new FakeServer(Duration.ofSeconds(30)), limit, () -> dir.resolve("log"));
        }

        Shipped(FakeServer server, long limit, Spool.Place place) {
            this.server = server;
            this.job = TestWorker.job("logs", TestWorker.shell(), Duration.ofMinutes(1), new Job.Limits(limit, 0));
            server.submit(job);
            server.attach(new Attach(1, "n", "v", Set.of(), Set.of(), Set.of(), 1))
                    .join();
            server.lease(new LeaseRequest(1, Duration.ofSeconds(1))).join();
            this.log =
                    new LogShipper(new HeldJob(job, Long.MAX_VALUE), server, shipping, InstantSource.system(), place);
        }

        long finish() throws Exception {
            long last = log.finish().get(60, TimeUnit.SECONDS);
            log.close();
            return last;
        }

        List<Line> lines() {
            return List.copyOf(server.ledger(job.id()).lines);
        }

        List<String> texts() {
            return server.lines(job);
        }
    }
}
