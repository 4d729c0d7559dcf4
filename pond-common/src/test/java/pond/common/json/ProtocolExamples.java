package pond.common.json;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogStream;
import pond.common.definition.Budget;
import pond.common.definition.BuiltinName;
import pond.common.definition.ExecutorKind;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.ParseShape;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.common.definition.SandboxTier;
import pond.common.ids.ArtifactName;
import pond.common.ids.JobId;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Attach;
import pond.common.protocol.Attached;
import pond.common.protocol.Attestation;
import pond.common.protocol.Completion;
import pond.common.protocol.Enroll;
import pond.common.protocol.Enrolled;
import pond.common.protocol.InputArtifact;
import pond.common.protocol.Invocation;
import pond.common.protocol.Job;
import pond.common.protocol.JobRef;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Outcome;
import pond.common.protocol.Progress;
import pond.common.protocol.ProviderCredential;
import pond.common.protocol.Receipt;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.Renewal;
import pond.common.protocol.SealedCredential;
import pond.common.protocol.UsageBatch;
import pond.common.protocol.UsageRecord;
import pond.common.protocol.UsageTotals;
import pond.common.protocol.WorkerHttp;
import pond.common.swarm.HarnessSpec;
import pond.common.swarm.ModelSpec;
import pond.common.swarm.OutputRule;
import pond.common.swarm.RateCard;

/** The worker protocol on the wire. A change here is a change that workers in the field must understand. */
final class ProtocolExamples {
    static final String TOKEN = "lease-token";
    private static final JobId JOB = JobId.of("01890a5d-ac96-774b-bcce-b302099a8057");
    private static final JobRef REF = new JobRef(JOB, TOKEN);
    private static final String REF_JSON =
            "{\"job\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"leaseToken\":\"lease-token\"}";
    private static final Instant AT = Instant.parse("2026-08-24T10:00:00.100Z");
    private static final String AT_JSON = "\"2026-08-24T10:00:00.100Z\"";

    private ProtocolExamples() {}

    static List<Example> all() {
        return List.of(
                new Example(
                        new Attach(
                                1,
                                "host-1",
                                "0.1.0",
                                Set.of(ExecutorKind.SHELL, ExecutorKind.NOOP),
                                Set.of("sandbox.bubblewrap", "harness.codex"),
                                Set.of("gpu"),
                                4),
                        """
                        {"protocol":1,"name":"host-1","version":"0.1.0","executors":["noop","shell"],
                        "capabilities":["harness.codex","sandbox.bubblewrap"],"tags":["gpu"],"slots":4}"""),
                new Example(
                        new Attached(
                                WorkerId.of("01890a5d-0000-774b-bcce-b302099a8057"),
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(10)),
                        """
                        {"worker":"01890a5d-0000-774b-bcce-b302099a8057","lease":"PT30S","cancelGrace":"PT10S"}"""),
                new Example(new LeaseRequest(2, Duration.ofSeconds(10)), "{\"freeSlots\":2,\"maxWait\":\"PT10S\"}"),
                new Example(
                        new RenewRequest(
                                List.of(new RenewRequest.Held(REF, true)), false, Duration.ofMillis(2500), "no room"),
                        "{\"jobs\":[{\"job\":" + REF_JSON
                                + ",\"cancelling\":true}],\"draining\":false,\"maxWait\":\"PT2.5S\",\"paused\":\"no room\"}"),
                new Example(
                        new Renewal(Set.of(JOB), Set.of(), Set.of(), true),
                        "{\"cancel\":[\"01890a5d-ac96-774b-bcce-b302099a8057\"],\"lost\":[],\"overBudget\":[],\"drain\":true}"),
                new Example(REF, REF_JSON),
                new Example(
                        new LogBatch(REF, 7, List.of(new LogBatch.Line(AT, LogStream.STDERR, "a \"b\" ä"))),
                        "{\"job\":" + REF_JSON + ",\"first\":7,\"lines\":[{\"at\":" + AT_JSON
                                + ",\"stream\":\"stderr\",\"text\":\"a \\\"b\\\" ä\"}]}"),
                new Example(
                        new Progress(REF, 1, 3, null),
                        "{\"job\":" + REF_JSON + ",\"done\":1,\"total\":3,\"message\":null}"),
                new Example(
                        new UsageBatch(REF, List.of(usage("r"))),
                        "{\"job\":" + REF_JSON + ",\"records\":[" + usageJson("\"r\"") + "]}"),
                new Example(usage(null), usageJson("null")),
                new Example(
                        new ArtifactUpload(REF, new ArtifactName("out/a.txt"), 5, "ab"),
                        "{\"job\":" + REF_JSON + ",\"name\":\"out/a.txt\",\"size\":5,\"sha256\":\"ab\"}"),
                new Example(new InputArtifact("map", null, new ArtifactName("areas.json"), 5, "ab", true), """
                        {"stage":"map","substage":null,"name":"areas.json","size":5,"sha256":"ab","flat":true}"""),
                new Example(
                        new Completion(
                                REF,
                                Outcome.failed("exit_code", "exit code 3", 3),
                                9,
                                List.of(new Completion.Produced(new ArtifactName("a"), "ab")),
                                new Receipt(
                                        new Receipt.Confinement("none", "plain", null, List.of("pids 512 (rlimit)")),
                                        new Receipt.Output(10, 2, 0, 3),
                                        1,
                                        List.of("egress: a.b:443")),
                                null),
                        "{\"job\":" + REF_JSON + """
                        ,"outcome":{"result":"failed","exitCode":3,"error":{"code":"exit_code","message":"exit code 3"},
                        "killConfirmed":true},"lastLog":9,"artifacts":[{"name":"a","sha256":"ab"}],
                        "receipt":{"confinement":{"profile":"none","effective":"plain","backend":null,"limits":["pids 512 (rlimit)"]},
                        "output":{"bytes":10,"lines":2,"dropped":0,"masked":3},"survivors":1,
                        "refused":["egress: a.b:443"]},"attestation":null}"""),
                new Example(new Attestation(new UsageTotals(1, 2, 3, 4, 5, 6), "c2ln"), """
                        {"usage":{"calls":1,"inputTokens":2,"cacheReadTokens":3,"cacheWriteTokens":4,"outputTokens":5,
                        "reasoningTokens":6},"signature":"c2ln"}"""),
                new Example(new SealedCredential("c2VhbGVk"), "{\"sealed\":\"c2VhbGVk\"}"),
                new Example(
                        new ProviderCredential("openai", Map.of("A", "b"), Map.of("C", "d")),
                        "{\"provider\":\"openai\",\"env\":{\"A\":\"b\"},\"secrets\":{\"C\":\"d\"}}"),
                new Example(invocation(), """
                        {"harness":{"key":"pi","label":"Pi","capability":"harness.pi","command_template":["pi"],
                        "files":[{"path":"a","content":"b"}],"env":{"E":"f"},"output":"text"},
                        "model":{"key":"m","label":"M","provider":"openai","model_id":"m-1","credential_name":"c",
                        "rates":{"input_micros":1,"output_micros":2,"cache_read_micros":null,"cache_write_micros":3}},
                        "prompt":"Do it","budget":{"max_tokens":9}}"""),
                new Example(new Enroll(1, "host-1", "0.1.0", "sealing", "signing", "ab", "proof"), """
                        {"protocol":1,"name":"host-1","version":"0.1.0","sealingKey":"sealing","signingKey":"signing",
                        "bearerSha256":"ab","proof":"proof"}"""),
                new Example(
                        new Enrolled(WorkerId.of("01890a5d-0000-774b-bcce-b302099a8057")),
                        "{\"worker\":\"01890a5d-0000-774b-bcce-b302099a8057\"}"),
                new Example(new WorkerHttp.Stored(7), "{\"upTo\":7}"),
                new Example(new WorkerHttp.Inputs(List.of()), "{\"inputs\":[]}"),
                new Example(new WorkerHttp.Jobs(List.of()), "{\"jobs\":[]}"),
                new Example(Outcome.cancelled().withKillConfirmed(false), """
                        {"result":"cancelled","exitCode":null,"error":null,"killConfirmed":false}"""),
                new Example(Outcome.timeout("after 5 s"), """
                        {"result":"timeout","exitCode":null,"error":{"code":"timeout","message":"after 5 s"},
                        "killConfirmed":true}"""),
                job(null, new ExecutorSpec.Noop(3, 0.5), """
                        {"kind":"noop","ticks":3,"interval_sec":0.5}"""),
                job(
                        new Job.BundleRef("ab", 10),
                        new ExecutorSpec.Builtin(BuiltinName.TODO_SCAN, List.of("**/*.java"), List.of()),
                        """
                        {"kind":"builtin","name":"todo_scan","include":["**/*.java"],"exclude":[]}"""),
                job(
                        null,
                        new ExecutorSpec.Shell(List.of("make", ""), Map.of("KEY", "env-secret"), List.of("o/"), null),
                        """
                        {"kind":"shell","argv":["make",""],"env":{"KEY":"env-secret"},"artifacts":["o/"]}"""),
                job(null, swarm(), """
                        {"kind":"swarm","harness":"codex","model":"m/1","prompt":"Fix {{AREA_TITLE}}",
                        "fanout":{"source":"map","artifact":"areas.json","maxAreas":4},
                        "parse":{"fence":"findings","output":"f.jsonl","shape":"jsonl"},"writesArtifact":"r.md",
                        "start_timeout_sec":60,"no_output_timeout_sec":300,
                        "budget":{"max_cost_micros":1500000,"max_tokens":100000},
                        "sandbox":{"profile":"untrusted-code-write","tier":"byo","backend":"bubblewrap",
                        "allow_hosts":["a.b"],
                        "overrides":{"memory":"4g","cpus":"2","pids_limit":64,"tmpfs_size":"1g","image":"i"}}}"""),
                job(null, new ExecutorSpec.Fetch(), "{\"kind\":\"fetch\"}"));
    }

    private static ExecutorSpec swarm() {
        return new ExecutorSpec.Swarm(
                "codex",
                "m/1",
                "Fix {{AREA_TITLE}}",
                new ExecutorSpec.Swarm.Fanout("map", "areas.json", 4),
                new ExecutorSpec.Swarm.Parse("findings", "f.jsonl", ParseShape.JSONL),
                "r.md",
                60,
                300,
                new Budget(1_500_000L, 100_000L),
                new SandboxSpec(
                        SandboxProfile.UNTRUSTED_CODE_WRITE,
                        SandboxTier.BYO,
                        "bubblewrap",
                        List.of("a.b"),
                        new SandboxSpec.Overrides("4g", "2", 64, "1g", "i")));
    }

    private static Example job(Job.@Nullable BundleRef bundle, ExecutorSpec executor, String executorJson) {
        Job job = new Job(
                JOB,
                TOKEN,
                42,
                RunId.of("01890a5d-1111-774b-bcce-b302099a8057"),
                new ProjectId("acme"),
                "build",
                "area-1",
                2,
                executor,
                Duration.ofMinutes(10),
                bundle,
                true,
                new Job.Limits(1_000, 2_000),
                null,
                Duration.ofSeconds(3));
        return new Example(
                job,
                """
                {"id":"01890a5d-ac96-774b-bcce-b302099a8057","leaseToken":"lease-token","fence":42,
                "run":"01890a5d-1111-774b-bcce-b302099a8057","project":"acme","stage":"build","substage":"area-1",
                "attempt":2,"executor":"""
                        + executorJson + ",\"timeout\":\"PT10M\",\"bundle\":"
                        + (bundle == null ? "null" : "{\"sha256\":\"ab\",\"size\":10}")
                        + ",\"hasInputs\":true,\"limits\":{\"logBytes\":1000,\"artifactBytes\":2000},\"invocation\":null,\"leasedAfter\":\"PT3S\"}");
    }

    private static Invocation invocation() {
        return new Invocation(
                new HarnessSpec(
                        "pi",
                        "Pi",
                        "harness.pi",
                        List.of("pi"),
                        List.of(new HarnessSpec.HarnessFile("a", "b")),
                        Map.of("E", "f"),
                        OutputRule.TEXT),
                new ModelSpec("m", "M", "openai", "m-1", "c", new RateCard(1, 2, null, 3L)),
                "Do it",
                new Budget(null, 9L));
    }

    private static UsageRecord usage(@Nullable String requestId) {
        return new UsageRecord(
                UUID.fromString("01890a5d-2222-774b-bcce-b302099a8057"),
                "openai",
                "m",
                "m/1",
                requestId,
                1,
                2,
                3,
                4,
                5,
                UsageRecord.UsageSource.PROVIDER,
                true,
                UsageRecord.Ending.CUT,
                200,
                AT,
                AT);
    }

    private static String usageJson(String requestId) {
        return """
                {"id":"01890a5d-2222-774b-bcce-b302099a8057","provider":"openai","modelAsked":"m","model":"m/1",
                "requestId":""" + requestId + """
                ,"inputTokens":1,"cacheReadTokens":2,"cacheWriteTokens":3,"outputTokens":4,"reasoningTokens":5,
                "usageSource":"provider","streamed":true,"ending":"cut","httpStatus":200,"startedAt":""" + AT_JSON + ",\"finishedAt\":" + AT_JSON + "}";
    }
}
