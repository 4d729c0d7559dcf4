package pond.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import pond.common.protocol.Job;
import pond.common.protocol.Outcome;

class JobLinesTest {
    @TempDir
    Path dir;

    private final Logger logger = (Logger) LoggerFactory.getLogger(JobLines.class);
    private final Kept kept = new Kept();

    /** Keeps what is logged, with the MDC as it was then. */
    private static final class Kept extends AppenderBase<ILoggingEvent> {
        private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            event.prepareForDeferredProcessing();
            events.add(event);
        }
    }

    @BeforeEach
    void listen() {
        logger.setLevel(Level.INFO);
        kept.start();
        logger.addAppender(kept);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(kept);
        logger.setLevel(null);
    }

    @Test
    void aJobHasALineAtItsStartAndOneAtItsEnd() throws Exception {
        List<String> lines = linesOf(Outcome.done(0));

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).matches("job [-0-9a-f]+: run [-0-9a-f]+ stage 'one' attempt 1 started");
        assertThat(lines.get(1)).matches("job [-0-9a-f]+: run [-0-9a-f]+ stage 'one' attempt 1 done in \\d+\\.\\d s");
    }

    @Test
    void theEndNamesTheCodeOfAFailure() throws Exception {
        assertThat(linesOf(Outcome.failed("exit_code", "exited with 3", 3)).get(1))
                .matches(".* attempt 1 failed \\(exit_code\\) in \\d+\\.\\d s");
    }

    @Test
    void aJobThatIsTakenAwayIsLost() throws Exception {
        try (TestWorker test = new TestWorker(dir, 1, Duration.ofSeconds(30))) {
            Job job = test.submit("one", context -> {
                context.stop().await(Duration.ofSeconds(20));
                return Outcome.done(0);
            });
            await().until(() -> kept.events.size() == 1);

            test.server.takeAway(job);

            await().until(() -> kept.events.size() == 2);
            assertThat(messages().get(1)).matches(".* lost after \\d+\\.\\d s: it is no longer ours");
        }
    }

    private List<String> linesOf(Outcome outcome) throws Exception {
        try (TestWorker test = new TestWorker(dir, 1, Duration.ofSeconds(30))) {
            Job job = test.submit("one", context -> outcome);
            await().until(() -> kept.events.size() == 2);

            Map<String, String> expected = Map.of(
                    "run",
                    job.run().toString(),
                    "stage",
                    "one",
                    "job",
                    job.id().toString(),
                    "attempt",
                    "1",
                    "worker",
                    "test");
            assertThat(kept.events)
                    .allSatisfy(event -> assertThat(event.getMDCPropertyMap()).isEqualTo(expected));
            return messages();
        }
    }

    private List<String> messages() {
        return kept.events.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
