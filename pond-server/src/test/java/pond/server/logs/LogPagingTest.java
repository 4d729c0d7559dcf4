package pond.server.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.get;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import pond.common.api.LogLine;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.testing.TestDatabase;

class LogPagingTest {
    private static final TestLogs logs = new TestLogs(TestDatabase.newFolder());

    @AfterContainer
    static void close() {
        logs.close();
    }

    @Property(tries = 60)
    void anyWayOfPagingGivesEachLineOnceAndInOrder(
            @ForAll @Size(max = 12) List<@IntRange(min = 1, max = 40) Integer> batches,
            @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 1, max = 50) Integer> limits,
            @ForAll @IntRange(min = 1, max = 400) int maxChars) {
        RunId run = TestLogs.run();
        long total = write(run, batches);

        List<LogLine> read = new ArrayList<>();
        long since = 0;
        LogService.Page page;
        int turn = 0;
        do {
            page = logs.service.page(run, since, new LogService.Bounds(limits.get(turn++ % limits.size()), maxChars));
            assertThat(page.lines().size() > 0 || page.atEnd()).isTrue();
            read.addAll(page.lines());
            since = page.next();
        } while (!page.atEnd());

        assertThat(read).extracting(LogLine::id).containsExactlyElementsOf(ids(total));
        assertThat(read).extracting(LogLine::line).containsExactlyElementsOf(texts(batches));
    }

    /** Two jobs take turns. */
    private static long write(RunId run, List<Integer> batches) {
        JobId[] jobs = {TestLogs.job(), TestLogs.job()};
        long[] next = {1, 1};
        long total = 0;
        for (int i = 0; i < batches.size(); i++) {
            int count = batches.get(i);
            String[] texts = texts(List.of(count)).toArray(String[]::new);
            get(logs.append(run, jobs[i % 2], next[i % 2], texts));
            next[i % 2] += count;
            total += count;
        }
        return total;
    }

    private static List<String> texts(List<Integer> batches) {
        return batches.stream()
                .flatMap(count -> LongStream.range(0, count).mapToObj(n -> n + " of " + count))
                .toList();
    }

    private static List<Long> ids(long total) {
        return LongStream.rangeClosed(1, total).boxed().toList();
    }
}
