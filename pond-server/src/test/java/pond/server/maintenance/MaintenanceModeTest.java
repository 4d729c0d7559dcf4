package pond.server.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.server.db.Tx;
import pond.testing.TestDatabase;

/** What is kept of the row is what the row says, at every place in the order of the transactions. */
class MaintenanceModeTest {
    private final MaintenanceStore store = new MaintenanceStore();
    private final MaintenanceMode mode = new MaintenanceMode();
    private TestDatabase database;

    @BeforeEach
    void open(@TempDir Path folder) {
        database = new TestDatabase(folder, "pond", "0015_create_maintenance.sql");
        assertThat(isOn()).isFalse();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aChangeIsSeenByAllThatComesAfterItInItsOwnCommitAndLater() {
        CountDownLatch together = hold();
        CompletableFuture<Boolean> before = database.db.write(mode::isOn);
        CompletableFuture<Void> begin = database.db.change(this::begin);
        CompletableFuture<Boolean> after = database.db.write(mode::isOn);
        together.countDown();

        get(begin);
        assertThat(List.of(get(before), get(after), isOn())).containsExactly(false, true, true);
        get(database.db.change(this::end));
        assertThat(isOn()).isFalse();
    }

    @Test
    void aChangeThatIsUndoneAloneIsSeenByNobody() {
        CountDownLatch together = hold();
        CompletableFuture<Void> begin = database.db.change(tx -> {
            begin(tx);
            throw new IllegalStateException("undone");
        });
        CompletableFuture<Boolean> after = database.db.write(mode::isOn);
        together.countDown();

        assertThat(failure(begin)).hasRootCauseMessage("undone");
        assertThat(List.of(get(after), isOn())).containsExactly(false, false);
    }

    @Test
    void whatWasSeenOfAChangeIsForgottenWithItsCommit() {
        get(database.db.change(this::begin));
        assertThat(isOn()).isTrue();

        CountDownLatch together = hold();
        List<Boolean> seen = new ArrayList<>();
        CompletableFuture<Void> end = database.db.change(this::end);
        CompletableFuture<Void> look = database.db.change(tx -> seen.add(mode.isOn(tx)));
        CompletableFuture<Void> breaker = database.db.change(tx -> tx.update("ROLLBACK"));
        together.countDown();

        List.of(end, look, breaker).forEach(each -> failure(each));
        assertThat(seen).containsExactly(false);
        assertThat(isOn()).isTrue();
    }

    private boolean isOn() {
        return get(database.db.write(mode::isOn));
    }

    private void begin(Tx tx) {
        store.put(tx, new Maintenance(null, Instant.EPOCH, "service"));
        mode.changed(tx);
    }

    private void end(Tx tx) {
        store.delete(tx);
        mode.changed(tx);
    }

    /** Holds up the writer, so that all that is asked of it until the latch is opened becomes one commit. */
    private CountDownLatch hold() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch opened = new CountDownLatch(1);
        CompletableFuture<?> unused = database.db.change(tx -> {
            begun.countDown();
            await(opened);
        });
        await(begun);
        return opened;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
