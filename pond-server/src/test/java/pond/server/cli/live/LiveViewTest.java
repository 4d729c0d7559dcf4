package pond.server.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pond.common.api.LogLine;
import pond.common.api.LogSource;
import pond.common.api.LogStream;
import pond.common.api.RunDetails;
import pond.common.json.Json;

class LiveViewTest {
    private static final Instant NOW = Instant.parse("2030-01-01T12:00:00Z");
    private static final String RUN = """
            {"id": "01890a5d-ac96-774b-bcce-b302099a8057", "projectId": "demo", "status": "%s", "terminal": false,
             "version": 3, "trigger": "api", "sources": [], "labels": {}, "createdAt": "2030-01-01T11:58:57Z"%s}""";

    @Test
    void theTreeSaysWhatEveryStageDoesAndWhatItWaitsFor() {
        RunDetails details = details(
                "running",
                stage(
                        "_fetch",
                        "done",
                        ",\"worker\":\"fetch\",\"startedAt\":\"2030-01-01T11:59:00Z\",\"finishedAt\":\"2030-01-01T11:59:02Z\""),
                stage("build", "running", """
                        ,"worker":"local","attempt":2,"startedAt":"2030-01-01T11:59:29Z",
                        "progress":{"done":12,"total":40,"message":"compiling"}"""),
                stage("review", "running", """
                        ,"worker":"far","startedAt":"2030-01-01T10:00:00Z","substages":[
                        {"key":"core","title":"The core","status":"done","attempt":1},
                        {"key":"docs","title":null,"status":"running","attempt":1,"worker":"far"}]"""),
                stage("deploy", "queued", """
                        ,"waiting":{"code":"no_capable_worker","message":"nobody can serve it","since":"2030-01-01T11:59:59Z",
                        "deadline":"2030-01-01T12:01:29Z","onDeadline":"the stage fails"}"""));

        assertThat(texts(LiveView.lines(new Picture(details, List.of(), NOW), 120, 30)))
                .containsExactly(
                        "run 01890a5d-ac96-774b-bcce-b302099a8057  running  1:03  demo",
                        "|- _fetch   done        0:02  fetch",
                        "|- build    running     0:31  local  attempt 2  [###-------] 12/40 compiling",
                        "|- review   running  2:00:00  far",
                        "|  |- core  done                     The core",
                        "|  `- docs  running           far",
                        "`- deploy   queued                   waits 1:29 more: nobody can serve it; at 12:01:29Z the stage fails");
    }

    @Test
    void theLogTakesWhatTheTreeLeavesAndAThirdAtLeast() {
        RunDetails small = details("running", stage("a", "running", ""), stage("b", "pending", ""));
        List<String> lines = texts(LiveView.lines(new Picture(small, log(100), NOW), 40, 10));
        assertThat(lines).hasSize(10);
        assertThat(lines.get(3)).startsWith("-- log -----").hasSize(40);
        assertThat(lines.subList(4, 10))
                .containsExactly(
                        "a | line 95", "a | line 96", "a | line 97", "a | line 98", "a | line 99", "a | line 100");

        RunDetails large = details(
                "running",
                IntStream.range(0, 50)
                        .mapToObj(i -> stage("s" + i, i == 40 ? "running" : i < 40 ? "done" : "pending", ""))
                        .toArray(String[]::new));
        lines = texts(LiveView.lines(new Picture(large, log(100), NOW), 60, 13));
        assertThat(lines).hasSize(13);
        assertThat(lines).anyMatch(line -> line.startsWith("|- s40  running"));
        assertThat(lines).contains("`- and 4 pending, 40 done");
        assertThat(lines.subList(9, 13)).first().isEqualTo("a | line 97");
    }

    @Test
    void areasGiveWayBeforeStagesDo() {
        String areas = String.join(
                ",",
                IntStream.range(0, 20)
                        .mapToObj(i -> "{\"key\":\"a" + i + "\",\"status\":\"" + (i < 5 ? "done" : "running")
                                + "\",\"attempt\":1}")
                        .toList());
        RunDetails details = details(
                "running", stage("map", "done", ""), stage("review", "running", ",\"substages\":[" + areas + "]"));

        assertThat(texts(LiveView.lines(new Picture(details, List.of(), NOW), 60, 10)))
                .hasSize(3)
                .last()
                .asString()
                .endsWith("5/20 areas ended");
    }

    @Test
    void everyFrameFitsWhateverIsInIt() {
        RunDetails details = details("failed", stage("a", "failed", """
                ,"worker":"\\u001b[2Jw","error":{"code":"x","message":"\\u65e5\\u672c\\u8a9e \\u001b]0;t\\u0007"}"""));
        List<LogLine> nasty = List.of(line(1, "\u001b[2J日本語".repeat(50)), line(2, "\r\n\u0000"));

        for (int width = 1; width < 100; width += 7) {
            for (int height = 1; height < 12; height++) {
                List<StyledLine> lines = LiveView.lines(new Picture(details, nasty, NOW), width, height);
                assertThat(lines).hasSizeLessThanOrEqualTo(height);
                for (StyledLine line : lines) {
                    assertThat(DisplayText.width(line.toString())).isLessThanOrEqualTo(width);
                    assertThat(line.toString()).doesNotContain("\u001b", "\n", "\r");
                }
            }
        }
    }

    @Test
    void theScreenIsWrittenOverAndGivenBack() {
        StringWriter out = new StringWriter();
        Screen screen = new Screen(new PrintWriter(out), false);
        List<StyledLine> frame = List.of(StyledLine.EMPTY.with("one", Style.BAD), StyledLine.EMPTY.with("two"));
        screen.draw(frame, 4);
        screen.close();
        screen.draw(frame, 4);
        screen.close();

        assertThat(out.toString())
                .isEqualTo("\u001b[?1049h\u001b[?25l\u001b[?7l"
                        + "\u001b[Hone\u001b[K\r\ntwo\u001b[K\r\n\u001b[K\r\n\u001b[K"
                        + "\u001b[?7h\u001b[?25h\u001b[?1049lone\r\ntwo\r\n");
        assertThat(StyledLine.EMPTY.with("one", Style.BAD).text(true)).isEqualTo("\u001b[31mone\u001b[0m");
    }

    @Test
    void theSizeIsReadAsSttyPrintsIt() {
        assertThat(TerminalDevice.parse("24 80\n")).contains(new TerminalDevice.Size(80, 24));
        assertThat(TerminalDevice.parse("0 0\n")).isEmpty();
        assertThat(TerminalDevice.parse("stty: no terminal")).isEmpty();
        assertThat(TerminalDevice.find(Map.of("TERM", "dumb"))).isEmpty();
        assertThat(TerminalDevice.find(Map.of())).isEmpty();
    }

    private static RunDetails details(String status, String... stages) {
        return Json.read(
                "{\"run\":" + RUN.formatted(status, "") + ",\"stages\":[" + String.join(",", stages) + "]}",
                RunDetails.class);
    }

    private static String stage(String key, String status, String more) {
        String substages = more.contains("substages") ? "" : ",\"substages\":[]";
        String attempt = more.contains("\"attempt\":2") ? "" : ",\"attempt\":1";
        return "{\"key\":\"%s\",\"name\":\"%s\",\"kind\":\"noop\",\"status\":\"%s\"%s%s%s}"
                .formatted(key, key, status, attempt, substages, more);
    }

    private static List<LogLine> log(int lines) {
        List<LogLine> log = new ArrayList<>();
        for (int i = 1; i <= lines; i++) {
            log.add(line(i, "line " + i));
        }
        return log;
    }

    private static LogLine line(long id, String text) {
        return new LogLine(id, NOW, "a", null, 1, LogStream.STDOUT, LogSource.STAGE, text);
    }

    private static List<String> texts(List<StyledLine> lines) {
        return lines.stream().map(line -> line.toString().stripTrailing()).toList();
    }
}
