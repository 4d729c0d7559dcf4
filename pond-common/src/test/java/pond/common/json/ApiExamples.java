package pond.common.json;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pond.common.api.ArtifactList;
import pond.common.api.ArtifactView;
import pond.common.api.Callback;
import pond.common.api.DeliveryList;
import pond.common.api.DeliveryStatus;
import pond.common.api.DeliveryView;
import pond.common.api.EnrollmentCodeList;
import pond.common.api.EnrollmentCodeView;
import pond.common.api.ErrorView;
import pond.common.api.Failure;
import pond.common.api.HealthView;
import pond.common.api.KeyList;
import pond.common.api.KeyView;
import pond.common.api.LogLine;
import pond.common.api.LogPage;
import pond.common.api.LogSource;
import pond.common.api.LogStream;
import pond.common.api.PoolWorkerList;
import pond.common.api.PoolWorkerView;
import pond.common.api.PreflightView;
import pond.common.api.ReadyView;
import pond.common.api.RerunFrom;
import pond.common.api.RerunOf;
import pond.common.api.RunDetails;
import pond.common.api.RunEnded;
import pond.common.api.RunPage;
import pond.common.api.RunStatus;
import pond.common.api.RunView;
import pond.common.api.StageStatus;
import pond.common.api.StageView;
import pond.common.api.UsageReport;
import pond.common.api.UsageView;
import pond.common.api.Waiting;
import pond.common.definition.ExecutorKind;
import pond.common.ids.ArtifactName;
import pond.common.ids.JobId;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.problems.Problem;
import pond.common.problems.ProblemCode;

/** The bodies of /v1 on the wire. A change here is a change that integrations notice. */
final class ApiExamples {
    private static final RunId RUN = RunId.of("01890a5d-1111-774b-bcce-b302099a8057");
    private static final RunId OTHER = RunId.of("01890a5d-2222-774b-bcce-b302099a8057");
    private static final Instant AT = Instant.parse("2026-08-24T10:00:00Z");
    private static final Waiting WAITING = new Waiting("no_capable_worker", "why", AT, AT.plusSeconds(90), "fails");
    private static final String WAITING_JSON = """
            {"code":"no_capable_worker","message":"why","since":"2026-08-24T10:00:00.000Z",
            "deadline":"2026-08-24T10:01:30.000Z","onDeadline":"fails"}""";
    private static final String QUEUED_STAGE_JSON = """
            {"key":"b","name":"b","category":null,"kind":"noop","status":"queued","attempt":0,"worker":null,"progress":null,
            "sandbox":null,"startedAt":null,"finishedAt":null,"exitCode":null,"error":null,"attestation":null,"substages":[],"waiting":""" + WAITING_JSON + ",\"reusedFrom\":null}";

    private ApiExamples() {}

    static List<Example> all() {
        return List.of(
                new Example(
                        new ArtifactList(List.of(
                                new ArtifactView(new ArtifactName("a/b"), 5, "ab", "text/plain", "build", null, AT))),
                        """
                        {"artifacts":[{"name":"a/b","size":5,"sha256":"ab","contentType":"text/plain","stage":"build",
                        "substage":null,"createdAt":"2026-08-24T10:00:00.000Z"}]}"""),
                new Example(
                        new ArtifactList(List.of(), AT),
                        "{\"artifacts\":[],\"removedAt\":\"2026-08-24T10:00:00.000Z\"}"),
                new Example(new ErrorView("about:blank", "Not Found", 404, "no such run", null), """
                        {"type":"about:blank","title":"Not Found","status":404,"detail":"no such run"}"""),
                new Example(new ErrorView("about:blank", "Conflict", 409, "over", null, "lease_lost"), """
                        {"type":"about:blank","title":"Conflict","status":409,"detail":"over","refusal":"lease_lost"}"""),
                new Example(new EnrollmentCodeList(List.of(code("pond_ec_x", "trusted"), code(null, null))), """
                        {"codes":[{"id":"01890a5d-1111-774b-bcce-b302099a8057","code":"pond_ec_x","tags":["gpu"],
                        "pool":"trusted","fingerprint":null,"maxUses":2,"uses":1,"createdAt":"2026-08-24T10:00:00.000Z",
                        "expiresAt":"2026-08-24T11:00:00.000Z"},{"id":"01890a5d-1111-774b-bcce-b302099a8057",
                        "tags":["gpu"],"pool":null,"fingerprint":null,"maxUses":2,"uses":1,
                        "createdAt":"2026-08-24T10:00:00.000Z","expiresAt":"2026-08-24T11:00:00.000Z"}]}"""),
                new Example(new PoolWorkerList(List.of(worker())), """
                        {"workers":[{"id":"01890a5d-1111-774b-bcce-b302099a8057","name":"w","state":"attached",
                        "local":false,"version":"1","executors":["noop"],"capabilities":["c"],"tags":["gpu"],"slots":2,
                        "running":[{"run":"01890a5d-1111-774b-bcce-b302099a8057","stage":"a","substage":null,"attempt":1,
                        "job":"01890a5d-1111-774b-bcce-b302099a8057"}],"attachedAt":"2026-08-24T10:00:00.000Z",
                        "lastSeenAt":"2026-08-24T10:00:00.000Z","enrolledAt":null,"fingerprint":"SHA256:x",
                        "paused":null}]}"""),
                new Example(
                        new ErrorView("about:blank", "Unprocessable Content", 422, "1 problem", List.of(problem("a"))),
                        """
                        {"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"1 problem","problems":
                        [{"stage":"a","severity":"error","code":"builtin_unknown","message":"stage 'a': m","field":"f"}]}"""),
                new Example(new PreflightView(false, List.of(problem(null))), """
                        {"ok":false,"problems":
                        [{"stage":null,"severity":"error","code":"builtin_unknown","message":"m","field":"f"}]}"""),
                new Example(
                        new HealthView("ok", null, "0.1.0"),
                        "{\"status\":\"ok\",\"label\":null,\"version\":\"0.1.0\"}"),
                new Example(new ReadyView(true, Map.of("database", "ok"), Map.of("backup", "none"), null), """
                        {"ready":true,"checks":{"database":"ok"},"warnings":{"backup":"none"},"lastBackupAt":null}"""),
                new Example(key("pond_pk_secret"), keyJson("\"key\":\"pond_pk_secret\",")),
                new Example(key(null), keyJson("")),
                new Example(new KeyList(List.of(key(null)), "k1"), "{\"keys\":[" + keyJson("") + "],\"next\":\"k1\"}"),
                new Example(
                        new LogPage(
                                List.of(new LogLine(
                                        7, AT, null, null, 0, LogStream.SYSTEM, LogSource.PREFLIGHT, "a\u0007")),
                                7,
                                true),
                        """
                        {"lines":[{"id":7,"at":"2026-08-24T10:00:00.000Z","stage":null,"substage":null,"attempt":0,
                        "stream":"system","source":"preflight","line":"a\\u0007"}],"next":7,"complete":true}"""),
                new Example(
                        new LogPage(List.of(), 7, true, AT),
                        "{\"lines\":[],\"next\":7,\"complete\":true,\"removedAt\":\"2026-08-24T10:00:00.000Z\"}"),
                new Example(
                        new UsageView(
                                RUN,
                                totals("0.000012"),
                                List.of(new UsageView.ByModel("m", "openai", totals("0.000012"))),
                                List.of(new UsageView.BySubstage("s", "area-1", 1, "m", "provider", totals(null)))),
                        """
                        {"runId":"01890a5d-1111-774b-bcce-b302099a8057","totals":{"calls":1,"inputTokens":2,
                        "cacheReadTokens":3,"cacheWriteTokens":4,"outputTokens":5,"reasoningTokens":6,"costUsd":0.000012},
                        "byModel":[{"model":"m","provider":"openai","calls":1,"inputTokens":2,
                        "cacheReadTokens":3,"cacheWriteTokens":4,"outputTokens":5,"reasoningTokens":6,"costUsd":0.000012}],
                        "substages":[{"stage":"s","substage":"area-1","attempt":1,"model":"m","usageSource":"provider",
                        "calls":1,"inputTokens":2,"cacheReadTokens":3,"cacheWriteTokens":4,"outputTokens":5,
                        "reasoningTokens":6,"costUsd":null}]}"""),
                new Example(
                        new UsageReport(
                                Instant.parse("2030-01-01T00:00:00Z"),
                                null,
                                List.of("label:team"),
                                List.of(new UsageReport.Group(
                                        Collections.singletonMap("label:team", null), totals("0.000012"))),
                                totals(null),
                                true),
                        """
                        {"since":"2030-01-01T00:00:00.000Z","until":null,"by":["label:team"],"groups":[
                        {"key":{"label:team":null},"calls":1,"inputTokens":2,"cacheReadTokens":3,"cacheWriteTokens":4,
                        "outputTokens":5,"reasoningTokens":6,"costUsd":0.000012}],"totals":{"calls":1,"inputTokens":2,
                        "cacheReadTokens":3,"cacheWriteTokens":4,"outputTokens":5,"reasoningTokens":6,"costUsd":null},
                        "truncated":true}"""),
                new Example(run(false), runJson("")),
                new Example(new Callback("https://h/hook", "***"), "{\"url\":\"https://h/hook\",\"secret\":\"***\"}"),
                new Example(
                        new RunEnded(RunEnded.EVENT, RUN.value(), run(false)),
                        "{\"event\":\"run.ended\",\"delivery\":\"01890a5d-1111-774b-bcce-b302099a8057\",\"run\":"
                                + runJson("") + "}"),
                new Example(
                        new DeliveryList(List.of(new DeliveryView(
                                RUN.value(),
                                RunEnded.EVENT,
                                "https://h/hook",
                                DeliveryStatus.GIVEN_UP,
                                List.of(new DeliveryView.AttemptView(AT, 410, "answered 410", 12)),
                                null,
                                AT,
                                null))),
                        """
                        {"deliveries":[{"id":"01890a5d-1111-774b-bcce-b302099a8057","event":"run.ended",
                        "url":"https://h/hook","status":"given_up","attempts":[{"at":"2026-08-24T10:00:00.000Z",
                        "status":410,"error":"answered 410","durationMs":12}],"nextAttemptAt":null,
                        "createdAt":"2026-08-24T10:00:00.000Z","deliveredAt":null}]}"""),
                new Example(new RunPage(List.of(run(false)), "c1"), "{\"runs\":[" + runJson("") + "],\"next\":\"c1\"}"),
                new Example(
                        new RunDetails(run(true), List.of(finishedStage(), queuedStage())),
                        "{\"run\":" + runJson("\"definition\":{\"stages\":[]},") + """
                        ,"stages":[{"key":"a","name":"A","category":"ci","kind":"swarm","status":"failed","attempt":2,
                        "worker":"host-1","progress":{"done":1,"total":3,"message":null},
                        "sandbox":{"profile":"untrusted-code-read","effective":"untrusted-code-read","backend":"bubblewrap"},
                        "startedAt":"2026-08-24T10:00:00.000Z","finishedAt":"2026-08-24T10:00:01.500Z","exitCode":3,
                        "error":{"code":"exit_code","message":"exit code 3"},"attestation":"verified",
                        "substages":[{"key":"area-1","title":null,"status":"done","attempt":1,"worker":null,"startedAt":null,
                        "finishedAt":null,"exitCode":0,"error":null,"attestation":null}],"waiting":null,
                        "reusedFrom":"01890a5d-2222-774b-bcce-b302099a8057"},""" + QUEUED_STAGE_JSON + "]}"));
    }

    private static Problem problem(@Nullable String stage) {
        return Problem.of(ProblemCode.BUILTIN_UNKNOWN, stage, "f", "m");
    }

    private static KeyView key(@Nullable String plaintext) {
        return new KeyView(
                UUID.fromString("01890a5d-3333-774b-bcce-b302099a8057"),
                plaintext,
                new ProjectId("acme"),
                "ci",
                AT,
                AT.plusSeconds(90),
                null,
                "pond_pk_abcdef",
                AT.plusSeconds(60));
    }

    private static String keyJson(String plaintext) {
        return "{\"id\":\"01890a5d-3333-774b-bcce-b302099a8057\"," + plaintext + """
                "projectId":"acme","name":"ci","createdAt":"2026-08-24T10:00:00.000Z",
                "expiresAt":"2026-08-24T10:01:30.000Z","revokedAt":null,"prefix":"pond_pk_abcdef",
                "lastUsedAt":"2026-08-24T10:01:00.000Z"}""";
    }

    private static UsageView.Totals totals(@Nullable String cost) {
        return new UsageView.Totals(1, 2, 3, 4, 5, 6, cost == null ? null : new BigDecimal(cost));
    }

    private static RunView run(boolean withDefinition) {
        return new RunView(
                RUN,
                new ProjectId("acme"),
                RunStatus.CANCELLING,
                false,
                12,
                "api",
                null,
                withDefinition ? Json.readTree("{\"stages\":[]}") : null,
                Json.readTree("[]"),
                Json.readTree("{\"n\":1.50}"),
                Map.of("team", "core"),
                new Failure("worker_lost", "m"),
                AT,
                AT,
                null,
                AT,
                null,
                WAITING,
                null,
                new RerunOf(OTHER, RerunFrom.FAILED),
                withDefinition ? List.of(OTHER) : null);
    }

    private static String runJson(String definition) {
        return """
                {"id":"01890a5d-1111-774b-bcce-b302099a8057","projectId":"acme","status":"cancelling","terminal":false,
                "version":12,"trigger":"api","sha":null,""" + definition + """
                "sources":[],"context":{"n":1.50},"labels":{"team":"core"},"error":{"code":"worker_lost","message":"m"},
                "createdAt":"2026-08-24T10:00:00.000Z","startedAt":"2026-08-24T10:00:00.000Z","finishedAt":null,
                "cancelRequestedAt":"2026-08-24T10:00:00.000Z","killConfirmed":null,"waiting":""" + WAITING_JSON + """
                ,"callback":null,"rerunOf":{"run":"01890a5d-2222-774b-bcce-b302099a8057","from":"failed"}"""
                + (definition.isEmpty() ? "" : ",\"reruns\":[\"01890a5d-2222-774b-bcce-b302099a8057\"]") + "}";
    }

    private static StageView finishedStage() {
        return new StageView(
                "a",
                "A",
                "ci",
                "swarm",
                StageStatus.FAILED,
                2,
                "host-1",
                new StageView.ProgressView(1, 3, null),
                new StageView.SandboxView("untrusted-code-read", "untrusted-code-read", "bubblewrap"),
                AT,
                AT.plusMillis(1500),
                3,
                new Failure("exit_code", "exit code 3"),
                "verified",
                List.of(new StageView.SubstageView(
                        "area-1", null, StageStatus.DONE, 1, null, null, null, 0, null, null)),
                null,
                OTHER);
    }

    private static StageView queuedStage() {
        return new StageView(
                "b",
                "b",
                null,
                "noop",
                StageStatus.QUEUED,
                0,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of(),
                WAITING,
                null);
    }

    private static EnrollmentCodeView code(@Nullable String plaintext, @Nullable String pool) {
        return new EnrollmentCodeView(
                RUN.value(), plaintext, List.of("gpu"), pool, null, 2, 1, AT, AT.plusSeconds(3600));
    }

    private static PoolWorkerView worker() {
        return new PoolWorkerView(
                RUN.value(),
                "w",
                "attached",
                false,
                "1",
                List.of(ExecutorKind.NOOP),
                List.of("c"),
                List.of("gpu"),
                2,
                List.of(new PoolWorkerView.Running(RUN, "a", null, 1, new JobId(RUN.value()))),
                AT,
                AT,
                null,
                "SHA256:x",
                null);
    }
}
