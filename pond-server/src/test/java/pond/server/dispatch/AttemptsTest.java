package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.dispatch.TestDispatch.shell;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.ids.RunId;
import pond.common.protocol.Job;

/** Whose artifacts a stage shows that was tried more than once. */
class AttemptsTest {
    private static final Duration BACKOFF = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    private TestDispatch dispatch;
    private FakeWorker worker;
    private RunId run;

    @BeforeEach
    void submit() throws Exception {
        dispatch = new TestDispatch(folder);
        worker = dispatch.worker("w", 1, "shell");
        String retry = ",\"retry\":{\"max_attempts\":3,\"on\":[\"failed\",\"worker_lost\"],\"backoff_sec\":%d}";
        run = dispatch.submit("garden", shell("a", retry.formatted(BACKOFF.toSeconds())));
    }

    @AfterEach
    void close() {
        dispatch.close();
    }

    @Test
    void thoseOfTheLatestAttemptThatEnded() {
        worker.fail(worker.leaseOne(), "first", "1");
        assertThat(artifacts()).containsExactly("first");

        dispatch.pass(BACKOFF);
        Job second = worker.leaseOne();
        assertThat(artifacts()).as("while another one runs").containsExactly("first");
        worker.fail(second, "second", "2");
        assertThat(artifacts()).containsExactly("second");

        dispatch.pass(BACKOFF);
        worker.done(worker.leaseOne());
        assertThat(artifacts()).isEmpty();
        assertThat(dispatch.status(run)).isEqualTo("done");
    }

    @Test
    void nothingOfAnAttemptThatWasLost() {
        worker.upload(worker.leaseOne(), "lost", "1");
        dispatch.pass(TestDispatch.SETTINGS.lease());
        assertThat(artifacts()).isEmpty();

        worker = dispatch.worker("v", 1, "shell");
        dispatch.pass(BACKOFF);
        Job second = worker.leaseOne();
        assertThat(second.attempt()).isEqualTo(2);
        worker.done(second, "kept", "2");
        assertThat(artifacts()).containsExactly("kept");
    }

    private List<String> artifacts() {
        return dispatch.rooms.artifacts().list(run).stream()
                .map(artifact -> artifact.name().value())
                .toList();
    }
}
