package pond.server.logs;

import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.testing.TestDatabase;

/**
 * Prints how many lines a second go through the service, commits included, and how long a page in the middle takes. Run
 * it by hand: arguments are lines (1,000,000), batch (500), batches under way (1: each waits for the one before).
 */
final class LogThroughput {
    private static final int CHARS = 130;
    private static final int PAGES = 200;

    private LogThroughput() {}

    public static void main(String[] args) {
        int lines = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        int size = args.length > 1 ? Integer.parseInt(args[1]) : 500;
        int underWay = args.length > 2 ? Integer.parseInt(args[2]) : 1;
        Path folder = TestDatabase.newFolder();
        try (TestLogs logs = new TestLogs(folder)) {
            RunId run = TestLogs.run();
            write(logs, TestLogs.run(), lines / 5, size, underWay);
            double seconds = write(logs, run, lines, size, underWay);
            print("%,d lines, %d a batch, %d under way: %,.0f lines/s", lines, size, underWay, lines / seconds);
            pages(logs, run, lines);
            print("%d bytes a line on disk", folder.resolve("logs.db").toFile().length() / (lines + lines / 5));
        }
    }

    private static double write(TestLogs logs, RunId run, int lines, int size, int underWay) {
        JobId job = TestLogs.job();
        String[] texts = Collections.nCopies(size, "x".repeat(CHARS)).toArray(String[]::new);
        Deque<CompletableFuture<Long>> open = new ArrayDeque<>();
        long start = System.nanoTime();
        for (int first = 1; first <= lines; first += size) {
            open.add(logs.append(run, job, first, texts));
            if (open.size() >= underWay) {
                get(open.remove());
            }
        }
        open.forEach(batch -> get(batch));
        return (System.nanoTime() - start) / 1e9;
    }

    private static void pages(TestLogs logs, RunId run, int lines) {
        for (int since : new int[] {0, lines / 2, lines - 1_000}) {
            long start = System.nanoTime();
            for (int i = 0; i < PAGES; i++) {
                logs.service.page(run, since, 1_000);
            }
            print("1,000 lines after %,d: %.2f ms", since, (System.nanoTime() - start) / 1e6 / PAGES);
        }
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
