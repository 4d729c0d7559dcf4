package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.scenarios.Client.status;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import pond.common.json.Json;
import pond.common.protocol.WorkerHttp;
import pond.testing.OtlpReceiver;
import pond.testing.OtlpReceiver.Span;
import pond.testing.TestReceiver;
import pond.worker.cli.JsonLines;

/** What a whole server shows of itself while runs of all kinds come and go, against the page that says so. */
class ObservabilityScenariosTest {
    private static final String CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @TempDir
    private static Path folder;

    private static final ObservabilityPage PAGE = new ObservabilityPage();
    private static final ByteArrayOutputStream LOG = new ByteArrayOutputStream();
    private static final OutputStreamAppender<ILoggingEvent> APPENDER = new OutputStreamAppender<>();
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("pond");

    private static Level before;
    private static OtlpReceiver collector;
    private static TestPond pond;
    private static Client service;
    private static String done;
    private static String failed;
    private static String cancelled;
    private static Client.Answer submitted;

    @BeforeAll
    static void letThingsHappen() {
        JsonLines lines = new JsonLines();
        APPENDER.setContext(LOGGER.getLoggerContext());
        lines.setContext(LOGGER.getLoggerContext());
        lines.start();
        APPENDER.setEncoder(lines);
        APPENDER.setOutputStream(LOG);
        APPENDER.start();
        before = LOGGER.getLevel();
        LOGGER.setLevel(Level.DEBUG);
        LOGGER.setAdditive(false);
        LOGGER.addAppender(APPENDER);
        collector = new OtlpReceiver();
        pond = TestPond.start(
                folder.resolve("state"),
                "POND_WEBHOOK_ALLOWED_HOSTS",
                "127.0.0.1",
                "POND_ENV_LABEL",
                "staging",
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                collector.url(),
                "OTEL_METRIC_EXPORT_INTERVAL",
                "1000",
                "OTEL_BSP_SCHEDULE_DELAY",
                "100");
        service = pond.service();
        try (TestReceiver receiver = TestReceiver.answering(200)) {
            submitted = service.post(
                    "/v1/runs",
                    Body.with(
                            """
                            "callback":{"url":"%s","secret":"a-secret-of-a-webhook"},"sources":[{"kind":"inline",
                            "label":"app","config":{"files":{"a.txt":"a"}}}]""".formatted(receiver.url()),
                            Body.shell("makes", "echo hello; echo x > $POND_OUTPUT_DIR/result")),
                    "traceparent",
                    CALLER);
            done = submitted.json().path("id").asText();
            failed = service.submit(Body.of(Body.shell("breaks", "exit 3")));
            String late = service.submit(Body.of(Body.shell("dawdles", "sleep 60", "\"timeout_sec\":1")));
            cancelled = service.submit(Body.of(Body.noop("ticks", 10_000)));
            service.untilStage(cancelled, "ticks", "running");
            service.cancel(cancelled);
            agents();
            assertThat(List.of(
                            status(service.end(done)),
                            status(service.end(failed)),
                            status(service.end(late)),
                            status(service.end(cancelled))))
                    .containsExactly("done", "failed", "failed", "cancelled");
            receiver.await(1);
        }
        assertThat(new Client(pond.url(), "nobody").get("/v1/runs").status()).isEqualTo(403);
    }

    /** A worker that makes a model call and is refused a destination, and then goes with a job in its hands. */
    private static void agents() {
        Register register = new Register(service);
        register.model("chat", "openai", "https://models.example.com");
        register.harness("small", "agent");
        String agent = """
                {"kind":"swarm","harness":"small","model":"chat","prompt":"p",
                "sandbox":{"profile":"untrusted-code-read"}}""";
        String first = service.submit(Body.of(Body.stage("asks", agent)));
        String second = service.submit(Body.of(Body.stage("is-left", agent)));
        RemoteWorker worker = RemoteWorker.enrolled(pond, "far");
        Client.Answer attached = worker.client.post(
                WorkerHttp.ATTACH,
                RemoteWorker.offer("far", "swarm")
                        .replace("\"capabilities\":[]", "\"capabilities\":[\"harness.small\",\"sandbox.bubblewrap\"]"));
        assertThat(attached.status()).as(attached.body()).isEqualTo(200);
        worker.attachment = attached.json().path("worker").textValue();
        JsonNode job = worker.leaseOne();
        Client.Answer used = worker.post(WorkerHttp.USAGE, """
                {"job":%s,"records":[{"id":"01890a5d-2222-774b-bcce-b302099a8057","provider":"openai","modelAsked":"m",
                "model":"model-1","requestId":null,"inputTokens":1000,"cacheReadTokens":2,"cacheWriteTokens":3,
                "outputTokens":4,"reasoningTokens":0,"usageSource":"provider","streamed":true,"ending":"complete",
                "httpStatus":200,"startedAt":"2026-08-24T10:00:00Z","finishedAt":"2026-08-24T10:00:01Z"}]}
                """.formatted(RemoteWorker.ref(job)));
        assertThat(used.status()).as(used.body()).isLessThan(300);
        Client.Answer completed = worker.post(WorkerHttp.COMPLETE, """
                {"job":%s,"outcome":{"result":"failed","exitCode":1,"error":{"code":"agent_failed","message":"no"},
                "killConfirmed":true},"lastLog":0,"artifacts":[],"receipt":{"confinement":{"profile":null,
                "effective":null,"backend":null,"limits":[]},"output":{"bytes":0,"lines":0,"dropped":0,"masked":0},
                "survivors":0,"refused":["egress: example.com:443","file: /etc/shadow"]}}
                """.formatted(RemoteWorker.ref(job)));
        assertThat(completed.status()).as(completed.body()).isLessThan(300);
        assertThat(worker.leaseOne().path("run").textValue()).isEqualTo(second);
        assertThat(worker.post(WorkerHttp.DETACH, "").status()).isLessThan(300);
        assertThat(status(service.end(first))).isEqualTo("failed");
        assertThat(status(service.end(second))).isEqualTo("failed");
    }

    @AfterAll
    static void stop() {
        pond.close();
        collector.close();
        LOGGER.detachAppender(APPENDER);
        LOGGER.setAdditive(true);
        LOGGER.setLevel(before);
    }

    private static String scrape() {
        Client.Answer answer = service.get("/metrics");
        assertThat(answer.status()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void everyMetricOfAScrapeIsOnThePageAndTheOtherWayRound() {
        Map<String, String> shown = scrape().lines()
                .filter(line -> line.startsWith("# TYPE "))
                .map(line -> line.split(" ", -1))
                .collect(Collectors.toMap(words -> words[2], words -> words[3]));
        Map<String, String> told = PAGE.metrics().stream()
                .collect(Collectors.toMap(ObservabilityPage.Metric::prometheusName, ObservabilityPage.Metric::type));

        assertThat(shown).isEqualTo(told);
    }

    @Test
    void everySampleHasTheAttributesOfThePage() {
        List<String> samples =
                scrape().lines().filter(line -> !line.startsWith("#")).toList();

        for (ObservabilityPage.Metric metric : PAGE.metrics()) {
            String name = metric.prometheusName() + (metric.type().equals("histogram") ? "_count" : "");
            List<String> own = samples.stream()
                    .filter(line -> line.matches(name + "[{ ].*"))
                    .toList();
            assertThat(own)
                    .as(name)
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(labels(line)).isEqualTo(metric.labels()));
        }
    }

    private static Set<String> labels(String sample) {
        int open = sample.indexOf('{');
        if (open < 0) {
            return Set.of();
        }
        return java.util.regex.Pattern.compile("([a-z_]+)=\"")
                .matcher(sample.substring(open, sample.lastIndexOf('}')))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
    }

    @Test
    void whatHasHappenedIsCounted() {
        // Counted after the commit that a caller may have seen already.
        Awaitility.await("counts").atMost(30, TimeUnit.SECONDS).untilAsserted(ObservabilityScenariosTest::counts);
    }

    private static void counts() {
        assertThat(scrape().lines())
                .contains(
                        "pond_runs_finished_total{status=\"done\"} 1",
                        "pond_runs_finished_total{status=\"failed\"} 4",
                        "pond_runs_finished_total{status=\"cancelled\"} 1",
                        "pond_runs_started_total{trigger=\"api\"} 6",
                        "pond_runs_open{status=\"running\"} 0",
                        "pond_stage_duration_seconds_count{stage=\"makes\",status=\"done\"} 1",
                        "pond_watchdog_cancels_total{reason=\"wallclock\"} 1",
                        "pond_model_calls_total{model=\"model-1\"} 1",
                        "pond_model_tokens_total{model=\"model-1\",direction=\"input\"} 1000",
                        "pond_egress_refused_total 1",
                        "pond_jobs_lost_total{reason=\"worker_ended\"} 1",
                        "pond_jobs_leased 0",
                        "pond_workers{state=\"ready\"} 2",
                        "pond_workers_ended_total{ending=\"detached\"} 1",
                        "pond_webhook_attempts_total{outcome=\"delivered\"} 1",
                        "pond_dispatch_delay_seconds_count{executor=\"swarm\"} 2")
                .anyMatch(line -> line.startsWith("http_server_request_duration_seconds_count{"
                        + "http_request_method=\"POST\",http_route=\"/v1/runs\",http_response_status_class=\"2xx\"} "))
                .anyMatch(line -> line.startsWith("pond_auth_refusals_total{http_response_status_code=\"403\"} "))
                .anyMatch(line -> line.startsWith("pond_model_cost_cents_total{model=\"model-1\"} 0.30"));
    }

    @Test
    void aCollectorIsSentTheSameMetrics() {
        Set<String> told =
                PAGE.metrics().stream().map(ObservabilityPage.Metric::name).collect(Collectors.toSet());

        Awaitility.await("metrics").atMost(30, TimeUnit.SECONDS).untilAsserted(() -> {
            Set<String> sent =
                    collector.metrics.stream().map(OtlpReceiver.Metric::name).collect(Collectors.toSet());
            assertThat(sent).isEqualTo(told);
        });
        assertThat(collector.metrics.get(0).resource())
                .containsEntry("service.name", "pond")
                .containsEntry("deployment.environment", "staging");
    }

    @Test
    void aRunsTraceHasItsIdAndItsStagesAreInIt() {
        String trace = done.replace("-", "");
        Awaitility.await("spans")
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> spans(trace, "run.execute").size() == 1
                        && spans(trace, "run.stage").size() == 2);
        Span root = spans(trace, "run.execute").get(0);
        JsonNode run = service.get("/v1/runs/" + done).json().path("run");

        assertThat(root.parent()).isEmpty();
        assertThat(root.id()).isEqualTo(trace.substring(16));
        assertThat(root.attributes())
                .containsEntry("pond.run_id", done)
                .containsEntry("pond.project_id", TestPond.PROJECT)
                .containsEntry("pond.status", "done");
        assertThat(root.start()).isEqualTo(nanos(run.path("startedAt").asText()));
        assertThat(root.end()).isEqualTo(nanos(run.path("finishedAt").asText()));
        assertThat(root.status()).isZero();
        assertThat(spans(trace, "run.stage"))
                .allSatisfy(stage -> assertThat(stage.parent()).isEqualTo(root.id()))
                .extracting(stage -> stage.attributes().get("pond.executor"))
                .containsExactlyInAnyOrder("fetch", "shell");
        assertThat(spans(failed.replace("-", ""), "run.execute"))
                .singleElement()
                .satisfies(span -> assertThat(span.status()).isEqualTo(2));
        assertThat(spans(cancelled.replace("-", ""), "run.execute")).hasSize(1);
    }

    @Test
    void aSubmitIsInItsCallersTraceAndLinksToTheRun() {
        String trace = CALLER.split("-", -1)[1];
        Awaitility.await("the span of the submit")
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> spans(trace, "POST /v1/runs").size() == 1);
        Span submit = spans(trace, "POST /v1/runs").get(0);

        assertThat(submit.parent()).isEqualTo(CALLER.split("-", -1)[2]);
        assertThat(submit.linkedTraces()).containsExactly(done.replace("-", ""));
        assertThat(submit.attributes()).containsEntry("http.response.status_code", "201");
    }

    @Test
    void everySpanHasTheAttributesOfThePage() {
        Map<String, Set<String>> told = PAGE.spans();
        Awaitility.await("spans").atMost(30, TimeUnit.SECONDS).until(() -> collector.spans.size() > 20);

        assertThat(told).hasSize(3);
        Set<String> seen = new HashSet<>();
        for (Span span : collector.spans) {
            String name = span.name().startsWith("run.") ? span.name() : "request";
            seen.add(name);
            assertThat(span.attributes().keySet()).as(span.name()).isEqualTo(told.get(name));
        }
        assertThat(seen).isEqualTo(told.keySet());
    }

    private static List<Span> spans(String trace, String name) {
        return collector.spans.stream()
                .filter(span -> span.trace().equals(trace) && span.name().equals(name))
                .toList();
    }

    private static long nanos(String time) {
        Instant at = Instant.parse(time);
        return TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano();
    }

    @Test
    void linesOfTheLogAreJsonAndCarryIds() {
        List<JsonNode> lines = log();
        String request = submitted.headers().firstValue("X-Request-Id").orElseThrow();

        assertThat(lines).allSatisfy(line -> {
            assertThat(PAGE.logFields()).containsAll(fields(line));
            assertThat(fields(line)).contains("time", "level", "logger", "thread", "message");
        });
        assertThat(lines)
                .anySatisfy(line -> {
                    assertThat(line.path("request").asText()).isEqualTo(request);
                    assertThat(line.path("trace_id").asText()).isEqualTo(CALLER.split("-", -1)[1]);
                    assertThat(line.path("span_id").asText()).hasSize(16);
                })
                .anySatisfy(line -> {
                    assertThat(line.path("run").asText()).isEqualTo(done);
                    assertThat(line.path("stage").asText()).isEqualTo("makes");
                    assertThat(line.path("attempt").asText()).isEqualTo("1");
                    assertThat(line.path("worker").asText()).isEqualTo("local");
                })
                .anySatisfy(line -> {
                    assertThat(line.path("run").asText()).isEqualTo(cancelled);
                    assertThat(line.path("message").asText()).endsWith("is cancelled");
                });
    }

    private static List<JsonNode> log() {
        return LOG.toString(StandardCharsets.UTF_8).lines().map(Json::readTree).toList();
    }

    private static Set<String> fields(JsonNode line) {
        return line.propertyStream().map(Map.Entry::getKey).collect(Collectors.toSet());
    }

    @Test
    void metricsNeedNoTokenOnThisMachineAndTheServicesTokenThroughAProxy() {
        Client nobody = new Client(pond.url(), "nobody");
        Client project = pond.project("garden");

        assertThat(nobody.get("/metrics").status()).isEqualTo(200);
        for (String header : List.of("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")) {
            assertThat(nobody.get("/metrics", header, "for=203.0.113.7").status())
                    .isEqualTo(403);
            assertThat(project.get("/metrics", header, "x").status()).isEqualTo(403);
            assertThat(service.get("/metrics", header, "x").status()).isEqualTo(200);
        }
        assertThat(new Client(pond.url(), "two words")
                        .get("/metrics", "X-Forwarded-For", "203.0.113.7")
                        .status())
                .isEqualTo(401);
    }
}
