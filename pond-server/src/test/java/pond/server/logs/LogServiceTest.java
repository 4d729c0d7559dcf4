package pond.server.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.logs.TestLogs.batch;
import static pond.server.logs.TestLogs.job;
import static pond.server.logs.TestLogs.numbered;
import static pond.server.logs.TestLogs.origin;
import static pond.server.logs.TestLogs.run;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.LogLine;
import pond.common.api.LogSource;
import pond.common.api.LogStream;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;

class LogServiceTest {
    private Path folder;
    private TestLogs logs;
    private final RunId run = run();
    private final JobId job = job();

    @BeforeEach
    void open(@TempDir Path folder) {
        this.folder = folder;
        logs = new TestLogs(folder);
    }

    @AfterEach
    void close() {
        logs.close();
    }

    @Test
    void aLineIsReadAsItWasWritten() {
        get(logs.service.append(new LogOrigin(run, "scan", "area-1", 2, LogSource.STAGE), batch(job, 1, "hello")));

        assertThat(logs.service.page(run, 0, 10).lines())
                .containsExactly(
                        new LogLine(1, TestLogs.AT, "scan", "area-1", 2, LogStream.STDOUT, LogSource.STAGE, "hello"));
    }

    @Test
    void idsGrowByOneThroughAllJobsOfARun() {
        get(logs.append(run, job, 1, "a", "b"));
        get(logs.append(run, job(), 1, "c"));
        get(logs.service.appendSystem(run, null, LogSource.PREFLIGHT, List.of("d")));
        get(logs.append(run, job, 3, "e"));

        assertThat(logs.service.page(run, 0, 10).lines())
                .extracting(line -> line.id() + line.line())
                .containsExactly("1a", "2b", "3c", "4d", "5e");
        assertThat(logs.service.lastId(run)).isEqualTo(5);
        assertThat(logs.service.lastId(run())).isZero();
    }

    @Test
    void aRepeatedBatchIsStoredOnce() {
        assertThat(get(logs.append(run, job, 1, "a", "b"))).isEqualTo(2);
        assertThat(get(logs.append(run, job, 1, "a", "b"))).isEqualTo(2);
        assertThat(get(logs.append(run, job, 1, "a"))).isEqualTo(2);

        assertThat(logs.texts(run)).containsExactly("a", "b");
    }

    @Test
    void ofABatchThatOverlapsOnlyTheNewLinesAreStored() {
        get(logs.append(run, job, 1, "a", "b"));

        assertThat(get(logs.append(run, job, 2, "b", "c", "d"))).isEqualTo(4);
        assertThat(logs.texts(run)).containsExactly("a", "b", "c", "d");
        assertThat(logs.service.storedUpTo(job)).isEqualTo(4);
    }

    @Test
    void aGapIsRefusedWithTheNumberThatIsWanted() {
        get(logs.append(run, job, 1, "a", "b"));

        assertThat(failure(logs.append(run, job, 4, "d")))
                .isInstanceOfSatisfying(
                        ProtocolException.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.LOG_GAP))
                .hasMessageContaining("from number 3");
        assertThat(failure(logs.append(run, job, 0, "z"))).hasMessageContaining("from number 3");
        assertThat(logs.texts(run)).containsExactly("a", "b");
        assertThat(logs.service.storedUpTo(job)).isEqualTo(2);
    }

    @Test
    void anEmptyBatchTellsWhatIsStored() {
        get(logs.append(run, job, 1, "a"));

        assertThat(get(logs.append(run, job, 2))).isEqualTo(1);
        assertThat(logs.service.storedUpTo(job())).isZero();
    }

    @Test
    void numbersAndLinesOutliveARestart() {
        get(logs.append(run, job, 1, "a", "b"));
        logs.close();
        logs = new TestLogs(folder);

        assertThat(get(logs.append(run, job, 2, "b", "c"))).isEqualTo(3);
        assertThat(logs.texts(run)).containsExactly("a", "b", "c");
    }

    @Test
    void aPageEndsAtItsTextBoundButHasOneLineAtLeast() {
        String long1 = "1".repeat(900_000);
        String long2 = "2".repeat(900_000);
        String huge = "3".repeat(2_000_000);
        get(logs.append(run, job, 1, long1, long2, huge, "end"));

        assertThat(logs.service.page(run, 0, 10).lines())
                .extracting(LogLine::id)
                .containsExactly(1L);
        assertThat(logs.service.page(run, 1, 10).lines())
                .extracting(LogLine::id)
                .containsExactly(2L);
        assertThat(logs.service.page(run, 2, 10).lines())
                .extracting(LogLine::id)
                .containsExactly(3L);
        assertThat(logs.service.page(run, 3, 10))
                .returns(4L, LogService.Page::next)
                .returns(true, LogService.Page::atEnd);
    }

    @Test
    void aCursorBeyondTheEndGetsAnEmptyPageAndKeepsItsPlace() {
        get(logs.append(run, job, 1, "a"));

        assertThat(logs.service.page(run, 1, 10)).isEqualTo(new LogService.Page(List.of(), 1, true));
        assertThat(logs.service.page(run, Long.MAX_VALUE, 10))
                .isEqualTo(new LogService.Page(List.of(), Long.MAX_VALUE, true));
    }

    @Test
    void aRunThatLogsTooMuchIsToldSoOnceAndItsWorkersGoOn() {
        logs.close();
        logs = new TestLogs(folder, 2_000);

        assertThat(get(logs.append(run, job, 1, "x".repeat(1_900)))).isEqualTo(1);
        assertThat(get(logs.append(run, job, 2, "y"))).isEqualTo(2);
        get(logs.service.appendSystem(run, null, LogSource.POND, List.of("still heard")));

        assertThat(logs.texts(run)).hasSize(3);
        assertThat(logs.texts(run).get(1)).contains("limit of 2000 bytes");
        assertThat(logs.texts(run).get(2)).isEqualTo("still heard");
    }

    @Test
    void aDeletedRunLeavesNothingAndOthersStay() {
        RunId other = run();
        get(logs.append(other, job(), 1, "stays"));
        for (int i = 0; i < 450; i++) {
            get(logs.append(run, job, i + 1, "goes"));
        }
        get(logs.service.deleteRuns(List.of(run)));

        assertThat(logs.texts(run)).isEmpty();
        assertThat(logs.service.storedUpTo(job)).isZero();
        assertThat(logs.service.lastId(run)).isZero();
        assertThat(logs.texts(other)).containsExactly("stays");
    }

    @Test
    void theSweepTakesOldLogsWithoutARunOnly() {
        RunId alive = run();
        get(logs.append(alive, job(), 1, "alive"));
        get(logs.append(run, job, 1, "orphan"));
        logs.clock.advance(Duration.ofHours(2));
        RunId young = run();
        get(logs.append(young, job(), 1, "young"));

        get(logs.service.sweep(alive::equals));

        assertThat(logs.texts(run)).isEmpty();
        assertThat(logs.texts(alive)).containsExactly("alive");
        assertThat(logs.texts(young)).containsExactly("young");
    }

    @Test
    void aPageInTheMiddleOfALongLogIsFoundByKey() {
        for (int i = 0; i < 20; i++) {
            get(logs.service.append(origin(run), numbered(job, i * 500L + 1, 500)));
        }
        List<String> plan = logs.database.db.read(tx -> tx.handle()
                .createQuery("EXPLAIN QUERY PLAN " + LogStore.PAGE)
                .bind(0, "run")
                .bind(1, "run")
                .bind(2, 7)
                .map((row, context) -> row.getString("detail"))
                .list());

        assertThat(plan).noneMatch(step -> step.contains("SCAN log_chunks") || step.contains("TEMP B-TREE"));
        assertThat(logs.service.page(run, 5_000, 3).lines())
                .extracting(LogLine::line)
                .containsExactly("line 5001", "line 5002", "line 5003");
    }
}
