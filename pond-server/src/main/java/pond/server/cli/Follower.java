package pond.server.cli;

import java.io.IOException;
import java.util.function.Consumer;
import pond.common.api.LogLine;
import pond.common.api.LogPage;
import pond.common.api.RunDetails;
import pond.common.ids.RunId;

/** Watches one run by long polls: it learns of each change at once, and asks about twice a minute otherwise. */
record Follower(PondClient client, RunId run) {
    private static final int WAIT_SECONDS = 25;

    /** Gives every line after {@code since}; with {@code follow} until there can be no more. */
    void lines(long since, boolean follow, Consumer<LogLine> each) throws IOException, InterruptedException {
        long next = since;
        LogPage page;
        do {
            page = client.logs(run, next, follow ? WAIT_SECONDS : 0);
            page.lines().forEach(each);
            next = page.next();
        } while (!page.complete() && (follow || !page.lines().isEmpty()));
    }

    /** The run once nothing will change any more. */
    RunDetails end() throws IOException, InterruptedException {
        RunDetails details = client.run(run);
        while (!details.run().terminal()) {
            details = client.runAfter(run, details.run().version(), WAIT_SECONDS);
        }
        return details;
    }
}
