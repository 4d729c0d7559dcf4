package pond.server.cli.client;

import java.io.IOException;
import java.util.function.Consumer;
import pond.common.api.LogLine;
import pond.common.api.LogPage;
import pond.common.ids.RunId;

/** Reads the log of one run by long polls: it learns of new lines at once, and asks about twice a minute otherwise. */
public record LogReader(PondClient client, RunId run) {
    private static final int WAIT_SECONDS = 25;

    /** Gives every line after {@code since}; with {@code follow} until there can be no more. Answers the last page. */
    public LogPage lines(long since, boolean follow, Consumer<LogLine> each) throws IOException, InterruptedException {
        long next = since;
        LogPage page;
        do {
            page = client.logs(run, next, follow ? WAIT_SECONDS : 0);
            page.lines().forEach(each);
            next = page.next();
        } while (!page.complete() && (follow || !page.lines().isEmpty()));
        return page;
    }
}
