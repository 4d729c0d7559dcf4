package pond.server.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** Log lines on their way from a stage to a reader. */
final class Logs {
    private static final byte[] LINE = "\"line\":\"number ".getBytes(UTF_8);
    private static final Pattern END = Pattern.compile("\"next\":([0-9]+),\"complete\":(true|false)}\\s*$");
    private static final int END_BYTES = 100;

    private Logs() {}

    record Flood(long lines, double perSecond, double grownMiB) {}

    /** One stage writes {@code count} lines, one reader follows: the time from submit until the last was read. */
    static Flood flood(Server server, long count) throws Exception {
        String executor =
                "{\"kind\":\"shell\",\"argv\":[\"seq\",\"-f\",\"number %.0f of a million lines\",\"" + count + "\"]}";
        double before = server.memory("VmHWM");
        long start = System.nanoTime();
        try (Wire wire = server.connect()) {
            JsonNode run = wire.post("/v1/runs", Runs.body("flood", executor));
            String path = "/v1/runs/" + run.path("id").asText() + "/logs?limit=10000&wait=25&since=";
            long lines = 0;
            String since = "0";
            boolean complete = false;
            while (!complete) {
                byte[] page = wire.bytes(path + since);
                lines += count(page);
                // Jackson would take longer for a page than the server has.
                Matcher end = END.matcher(end(page));
                if (!end.find()) {
                    throw new IOException("a page of the log that does not end with next and complete");
                }
                since = end.group(1);
                complete = end.group(2).equals("true");
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            Runs.requireDone(Runs.end(wire, run));
            return new Flood(lines, lines / seconds, server.memory("VmHWM") - before);
        }
    }

    /** From the moment at which a stage that runs on writes its first line until a waiting reader has it. */
    static Samples firstLine(Server server, int count) throws Exception {
        String executor = "{\"kind\":\"shell\",\"argv\":[\"sh\",\"-c\",\"date -u +%Y-%m-%dT%H:%M:%S.%NZ; sleep 0.4\"]}";
        LongStream.Builder nanos = LongStream.builder();
        try (Wire wire = server.connect()) {
            for (int i = 0; i < count; i++) {
                JsonNode run = wire.post("/v1/runs", Runs.body("first", executor));
                nanos.add(delayOfFirstLine(wire, run.path("id").asText()));
                Runs.requireDone(Runs.end(wire, run));
            }
        }
        return Samples.of(nanos.build());
    }

    private static long delayOfFirstLine(Wire wire, String run) throws IOException {
        String since = "0";
        while (true) {
            JsonNode page = wire.get("/v1/runs/" + run + "/logs?wait=25&since=" + since);
            Instant now = InstantSource.system().instant();
            for (JsonNode line : page.path("lines")) {
                if (line.path("stream").asText().equals("stdout")) {
                    return Instant.parse(line.path("line").asText()).until(now, ChronoUnit.NANOS);
                }
            }
            if (page.path("complete").booleanValue()) {
                throw new IOException("the stage has written no line");
            }
            since = page.path("next").asText();
        }
    }

    private static int count(byte[] page) {
        int count = 0;
        int matched = 0;
        for (byte one : page) {
            matched = one == LINE[matched] ? matched + 1 : one == LINE[0] ? 1 : 0;
            if (matched == LINE.length) {
                count++;
                matched = 0;
            }
        }
        return count;
    }

    private static String end(byte[] page) {
        int from = Math.max(0, page.length - END_BYTES);
        return new String(page, from, page.length - from, UTF_8);
    }
}
