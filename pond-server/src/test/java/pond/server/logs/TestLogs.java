package pond.server.logs;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import pond.common.api.LogLine;
import pond.common.api.LogSource;
import pond.common.api.LogStream;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.protocol.JobRef;
import pond.common.protocol.LogBatch;
import pond.common.protocol.LogBatch.Line;
import pond.testing.TestClock;
import pond.testing.TestDatabase;

/** A log service on a real file, and short ways to write batches. */
final class TestLogs implements AutoCloseable {
    static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");

    final TestClock clock = new TestClock();
    final TestDatabase database;
    final LogService service;

    TestLogs(Path folder) {
        this(folder, Long.MAX_VALUE / 2);
    }

    TestLogs(Path folder, long maxRunBytes) {
        database = new TestDatabase(folder, "logs", "0001_create_logs.sql");
        service = new LogService(database.db, clock, maxRunBytes);
    }

    static RunId run() {
        return new RunId(UUID.randomUUID());
    }

    static JobId job() {
        return new JobId(UUID.randomUUID());
    }

    static LogOrigin origin(RunId run) {
        return new LogOrigin(run, "build", null, 1, LogSource.STAGE);
    }

    static LogBatch batch(JobId job, long first, String... texts) {
        List<Line> lines = Arrays.stream(texts)
                .map(text -> new Line(AT, LogStream.STDOUT, text))
                .toList();
        return new LogBatch(new JobRef(job, "token"), first, lines);
    }

    static LogBatch numbered(JobId job, long first, int count) {
        return batch(
                job,
                first,
                LongStream.range(first, first + count)
                        .mapToObj(n -> "line " + n)
                        .toArray(String[]::new));
    }

    CompletableFuture<Long> append(RunId run, JobId job, long first, String... texts) {
        return service.append(origin(run), batch(job, first, texts));
    }

    List<String> texts(RunId run) {
        return service.page(run, 0, 10_000).lines().stream().map(LogLine::line).toList();
    }

    @Override
    public void close() {
        database.close();
    }
}
