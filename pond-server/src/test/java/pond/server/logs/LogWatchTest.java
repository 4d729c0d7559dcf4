package pond.server.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pond.server.logs.TestLogs.job;
import static pond.server.logs.TestLogs.run;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.LogLine;
import pond.common.api.LogPage;
import pond.common.api.LogSource;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.server.errors.PondException;
import pond.server.watch.Watch;

class LogWatchTest {
    private TestLogs logs;
    private final RunId run = run();

    @BeforeEach
    void open(@TempDir Path folder) {
        logs = new TestLogs(folder);
    }

    @AfterEach
    void close() {
        logs.close();
    }

    @Test
    void aNewLineWakesWhoWaitsForIt() {
        CompletableFuture<Void> changed = logs.service.changedAfter(run, 0);
        assertThat(changed).isNotDone();

        get(logs.append(run, job(), 1, "a"));

        get(changed);
    }

    @Test
    void aLineThatIsThereAlreadyIsNotWaitedFor() {
        get(logs.append(run, job(), 1, "a"));

        assertThat(logs.service.changedAfter(run, 0)).isDone();
        assertThat(logs.service.changedAfter(run, 1)).isNotDone();
    }

    @Test
    void linesOfOtherRunsAndLinesThatAreKnownWakeNobody() {
        CompletableFuture<Void> other = logs.service.changedAfter(run(), 0);
        CompletableFuture<Void> ahead = logs.service.changedAfter(run, 1);

        get(logs.append(run, job(), 1, "a"));

        assertThat(other).isNotDone();
        assertThat(ahead).isNotDone();
    }

    @Test
    void theEndOfARunWakesAllWhoWaitForItsLines() {
        CompletableFuture<Void> changed = logs.service.changedAfter(run, 7);

        logs.service.wake(run);

        assertThat(changed).isDone();
    }

    @Test
    void thousandsWaitWithoutAThread() {
        int threads = Thread.activeCount();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            all.add(logs.service.changedAfter(run, 0));
        }
        assertThat(Thread.activeCount() - threads).isLessThan(100);

        get(logs.append(run, job(), 1, "a"));

        all.forEach(changed -> get(changed));
    }

    @Test
    void oneWaiterTooManyIsTurnedAwayUntilOthersHaveLeft() {
        Watch<RunId> waiters = new Watch<>(2);
        CompletableFuture<Void> first = waiters.register(run, 0);
        CompletableFuture<Void> second = waiters.register(run, 0);
        assertThatThrownBy(() -> waiters.register(run, 0)).isInstanceOf(PondException.class);

        first.complete(null);

        assertThat(second).isNotDone();
        assertThat(waiters.size()).isEqualTo(1);
        assertThat(waiters.register(run, 0)).isNotDone();
    }

    @Test
    void noLineIsMissedBetweenLookingAndWaiting() {
        JobId job = job();
        int lines = 400;
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            for (int i = 1; i <= lines; i++) {
                get(logs.append(run, job, i, "line"));
            }
        });

        long since = 0;
        while (since < lines) {
            get(logs.service.changedAfter(run, since));
            LogService.Page page = logs.service.page(run, since, 10);
            assertThat(page.lines()).isNotEmpty();
            since = page.next();
        }
        get(writing);
    }

    @Test
    void aLineThatIsStoredWhileTheEndIsBeingAskedForIsShownBeforeComplete() {
        get(logs.append(run, job(), 1, "a"));
        LogTail tail = new LogTail(
                logs.service,
                id -> {
                    get(logs.service.appendSystem(id, null, LogSource.POND, List.of("the last word")));
                    return true;
                },
                id -> Optional.empty());

        LogPage page = tail.read(run, 0, 10);

        assertThat(page.complete()).isTrue();
        assertThat(page.lines()).extracting(LogLine::line).containsExactly("a", "the last word");
    }

    @Test
    void aPageBeforeTheLastIsNotComplete() {
        get(logs.append(run, job(), 1, "a", "b"));
        LogTail tail = new LogTail(logs.service, id -> true, id -> Optional.empty());

        assertThat(tail.read(run, 0, 1).complete()).isFalse();
        assertThat(tail.read(run, 1, 1).complete()).isTrue();
        assertThat(tail.read(run, 2, 1)).isEqualTo(new LogPage(List.of(), 2, true));
    }

    @Test
    void anEndThatComesWhileTheWaitBeginsIsHeard() {
        AtomicBoolean terminal = new AtomicBoolean();
        LogTail tail = new LogTail(logs.service, id -> terminal.get(), id -> Optional.empty());
        assertThat(tail.changedAfter(run, 0)).isNotDone();

        terminal.set(true);

        assertThat(tail.changedAfter(run, 0)).isDone();
    }
}
