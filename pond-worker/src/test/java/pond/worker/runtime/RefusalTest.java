package pond.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.api.LogStream;
import pond.common.protocol.Job;
import pond.common.protocol.Outcome;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.worker.executors.StopReason;

class RefusalTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource({"UNAUTHORIZED", "REPLACED", "UPGRADE_NEEDED"})
    void aRefusalOfTheWorkerEndsItAndKillsWhatRuns(Refusal refusal) throws Exception {
        try (TestWorker test = new TestWorker(dir, 2, Duration.ofSeconds(3))) {
            CountDownLatch begun = new CountDownLatch(1);
            List<Optional<StopReason>> reasons = new CopyOnWriteArrayList<>();
            Job job = test.submit("running", context -> {
                begun.countDown();
                context.stop().await(PATIENCE);
                reasons.add(context.stop().reason());
                return Outcome.done(0);
            });
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

            for (String call : List.of("lease", "renew", "logs", "complete")) {
                test.server.refuse(call, new ProtocolException(refusal, "not you"));
            }

            assertThat(test.worker.ended().get(20, TimeUnit.SECONDS)).hasToString(refusal.name());
            assertThat(reasons).containsExactly(Optional.of(StopReason.LEASE_LOST));
            assertThat(test.worker.status().running()).isZero();
            assertThat(test.server.completion(job)).isEmpty();
            assertThat(test.server.look(() -> test.server.detaches)).isZero();
            assertThat(test.server.look(() -> test.server.attaches)).isEqualTo(1);
        }
    }

    @Test
    void anIdentityThatIsNotGoodFromTheBeginningEndsTheWorker() throws Exception {
        FakeServer server = new FakeServer(Duration.ofSeconds(30));
        server.refusesEveryCall = Optional.of(Refusal.UNAUTHORIZED);
        try (TestWorker test = new TestWorker(server, WorkerConfig.Disk.of(dir), 1)) {
            assertThat(test.worker.ended().get(20, TimeUnit.SECONDS)).isEqualTo(Worker.End.UNAUTHORIZED);
        }
    }

    /** The job is given up at once, and the worker goes on with the next one. */
    @ParameterizedTest
    @ValueSource(strings = {"logs", "complete", "putArtifact"})
    void aCallThatCanNeverSucceedGivesUpTheJobAlone(String call) throws Exception {
        try (TestWorker test = new TestWorker(dir, 1, Duration.ofSeconds(30))) {
            test.server.refuse(call, new ProtocolException(Refusal.INVALID, "cannot read it"));
            Job given = test.submit("given-up", context -> {
                context.line(LogStream.STDOUT, "a line");
                Files.writeString(context.output().resolve("file"), "text");
                return Outcome.done(0);
            });
            await().atMost(PATIENCE).until(() -> test.server.look(() -> test.server.ledger(given.id()).leased));
            await().atMost(PATIENCE).until(() -> test.worker.status().running() == 0);

            test.server.refuse(call, null);
            Job next = TestWorker.noop(1);
            test.server.submit(next);

            await().atMost(PATIENCE).until(() -> test.server.completion(next).isPresent());
            assertThat(test.server.completion(given)).isEmpty();
            assertThat(test.workspaces()).isEmpty();
        }
    }

    @Test
    void aBusyServerIsLeftAloneForAsLongAsItWants() throws Exception {
        FakeServer server = new FakeServer(Duration.ofSeconds(30));
        server.refuse("attach", new ProtocolException(Refusal.BUSY, "stopping", Duration.ofMillis(700)));
        long start = System.nanoTime();
        try (TestWorker test = new TestWorker(server, WorkerConfig.Disk.of(dir), 1)) {
            await().atMost(PATIENCE).until(() -> server.look(() -> server.refused) == 1);
            server.refuse("attach", null);

            test.worker.attached().get(20, TimeUnit.SECONDS);

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(600));
        }
    }
}
