package pond.server.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import pond.common.json.Json;

/** Stages that print numbered lines, and readers who count them. */
final class Talk {
    private static final int PER_SECOND = 250;

    private final Caller caller;

    Talk(Caller caller) {
        this.caller = caller;
    }

    /** A program that prints {@code line 1} and so on for so many seconds, and a little longer on a busy machine. */
    static String script(int seconds) {
        // A tenth of a second's lines at a time: a sleep for each would be a process for each.
        return "i=0; while [ $i -lt %d ]; do j=0; while [ $j -lt %d ]; do i=$((i+1)); j=$((j+1)); echo line $i; done; sleep 0.1; done"
                .formatted(lines(seconds), PER_SECOND / 10);
    }

    static int lines(int seconds) {
        return PER_SECOND * seconds;
    }

    /** Counts the lines of a log whose numbers follow each other; anything else is an error that names it. */
    static final class Count {
        private final String run;
        private long lastId;
        private long printed;
        private int attempt = 1;

        Count(String run) {
            this.run = run;
        }

        void add(JsonNode line) throws IOException {
            long id = line.path("id").longValue();
            if (id != lastId + 1) {
                throw new IOException("run %s: line %d comes after line %d".formatted(run, id, lastId));
            }
            lastId = id;
            if (!line.path("stream").asText().equals("stdout")) {
                return;
            }
            if (line.path("attempt").intValue() != attempt) {
                attempt = line.path("attempt").intValue();
                printed = 0;
            }
            printed++;
            String text = line.path("line").asText();
            if (!text.equals("line " + printed)) {
                throw new IOException("run %s: line %d of the stage is '%s'".formatted(run, printed, text));
            }
        }

        /** How many lines the last attempt printed. */
        long printed() {
            return printed;
        }
    }

    /** Reads the log page by page until it is complete; how many lines the stage printed. */
    long read(String run) throws IOException, InterruptedException {
        Count count = new Count(run);
        String since = "0";
        for (boolean complete = false; !complete; ) {
            JsonNode page = caller.get("/v1/runs/" + run + "/logs?limit=10000&wait=20&since=" + since);
            for (JsonNode line : page.path("lines")) {
                count.add(line);
            }
            since = page.path("next").asText();
            complete = page.path("complete").booleanValue();
        }
        return count.printed();
    }

    /** The same by the stream of events, which is taken up again where it broke off. */
    long follow(String run) throws IOException, InterruptedException {
        Count count = new Count(run);
        Follower follower = new Follower(count);
        long silent = 0;
        while (!follower.ended) {
            try (BufferedReader events = new BufferedReader(
                    new InputStreamReader(caller.events(run, follower.last), StandardCharsets.UTF_8))) {
                follower.read(events);
                silent = 0;
            } catch (Broken e) {
                throw e;
            } catch (IOException e) {
                // The server is away; a follower of two minutes who hears nothing at all gives up.
                if (silent++ > 480) {
                    throw e;
                }
                caller.pause();
            }
        }
        return count.printed();
    }

    /** The events are not as they should be; to connect again would not help. */
    private static final class Broken extends IOException {
        private static final long serialVersionUID = 1;

        Broken(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    private static final class Follower {
        private final Count count;
        private String last = "";
        private boolean ended;

        Follower(Count count) {
            this.count = count;
        }

        void read(BufferedReader events) throws IOException {
            String id = "";
            String event = "";
            String data = "";
            for (String line = events.readLine(); line != null && !ended; line = events.readLine()) {
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data = line.substring(6);
                } else if (line.isEmpty() && !id.isEmpty()) {
                    // Only an event that came whole counts as seen.
                    if (event.equals("log")) {
                        add(Json.readTree(data));
                    }
                    last = id;
                    ended = event.equals("end");
                    id = "";
                }
            }
        }

        private void add(JsonNode line) throws Broken {
            try {
                count.add(line);
            } catch (IOException e) {
                throw new Broken(e);
            }
        }
    }
}
