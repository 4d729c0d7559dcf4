package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.dispatch.TestDispatch.noop;
import static pond.server.dispatch.TestDispatch.shell;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.definition.ExecutorKind;
import pond.common.ids.RunId;
import pond.common.protocol.Attach;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.WorkerProtocol;
import pond.server.workerapi.WorkerProtocolService;
import pond.server.workers.Party;

/** What a server makes of what the one before it has left. */
class RecoveryTest {
    private static final Duration LEASE = TestDispatch.SETTINGS.lease();

    @TempDir
    private Path folder;

    private TestDispatch dispatch;

    @BeforeEach
    void open() throws Exception {
        dispatch = new TestDispatch(folder);
    }

    @AfterEach
    void close() {
        dispatch.close();
    }

    /** They are gone without a word when it is killed; nobody waits a lease for them. */
    @Test
    void theServersOwnWorkersEndWithIt() throws Exception {
        WorkerProtocolService own = new WorkerProtocolService(dispatch.rooms, new Party(null, Set.of("pool:trusted")));
        Set<ExecutorKind> executors = EnumSet.of(ExecutorKind.NOOP, ExecutorKind.SHELL);
        get(own.attach(new Attach(WorkerProtocol.VERSION, "local", "1", executors, Set.of(), Set.of(), 2)));
        RunId noop = dispatch.submit("garden", noop("a"));
        RunId shell = dispatch.submit("garden", shell("a", ""));
        assertThat(get(own.lease(new LeaseRequest(2, Duration.ZERO)))).hasSize(2);

        startAgain(Duration.ZERO);

        assertThat(dispatch.stage(noop, "a").status().toString()).isEqualTo("queued");
        assertThat(Objects.requireNonNull(dispatch.details(shell).run().error()).code())
                .isEqualTo("worker_lost");
        assertThat(dispatch.worker("next", 1, "noop").leaseOne().attempt()).isEqualTo(2);
    }

    @Test
    void aWorkerElsewhereOutlivesTheServer() throws Exception {
        FakeWorker worker = dispatch.worker("remote", 1, "shell");
        RunId run = dispatch.submit("garden", shell("a", ""));
        worker.leaseOne();

        startAgain(Duration.ofMinutes(10));

        dispatch.pass(LEASE.minusSeconds(1));
        assertThat(dispatch.status(run)).isEqualTo("running");
        dispatch.pass(Duration.ofSeconds(1));

        assertThat(dispatch.status(run)).isEqualTo("failed");
    }

    @Test
    void theGraceStartsAnewWithTheServer() throws Exception {
        RunId run = dispatch.submit("garden", noop("a"));
        dispatch.pass(Duration.ofSeconds(60));

        startAgain(Duration.ofMinutes(30));

        dispatch.pass(Duration.ofSeconds(89));
        assertThat(dispatch.waitingFor(run, "a")).isEqualTo("no_capable_worker");
        dispatch.pass(Duration.ofSeconds(1));

        assertThat(dispatch.status(run)).isEqualTo("failed");
    }

    /** The one before is gone, and so much time has passed. */
    private void startAgain(Duration later) throws Exception {
        dispatch.close();
        dispatch.clock.advance(later);
        dispatch = new TestDispatch(folder, dispatch.clock);
        get(dispatch.recovery.afterStop());
    }
}
