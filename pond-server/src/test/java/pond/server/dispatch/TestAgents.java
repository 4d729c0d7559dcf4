package pond.server.dispatch;

import static pond.testing.TestDatabase.get;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import pond.common.definition.ExecutorKind;
import pond.common.ids.ArtifactName;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.common.protocol.Attach;
import pond.common.protocol.UsageRecord;
import pond.common.protocol.WorkerProtocol;
import pond.server.audit.Actor;
import pond.server.audit.AuditEntry;
import pond.server.stages.Stage;
import pond.server.swarm.FrozenInvocation;

/** Agents' stages on a {@link TestDispatch}: what they name is registered, and frozen for each. */
public final class TestAgents {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");

    private final TestDispatch server;

    public TestAgents(TestDispatch server) {
        this.server = server;
        get(server.harnesses.put(
                Json.readTree("{\"key\":\"h\",\"command_template\":[\"agent\"]}"), Actor.COMMAND_LINE));
        get(server.models.put(
                Json.readTree(
                        "{\"key\":\"m\",\"provider\":\"openai\",\"model_id\":\"large\",\"credential_name\":\"main\","
                                + "\"input_cost_per_mtok\":\"1\",\"output_cost_per_mtok\":\"2\"}"),
                Actor.COMMAND_LINE));
    }

    /** What a worker says that can run such stages. */
    public static Attach attach() {
        return new Attach(
                WorkerProtocol.VERSION,
                "w",
                "1",
                Set.of(ExecutorKind.SWARM, ExecutorKind.NOOP),
                Set.of("harness.h", "sandbox.bubblewrap"),
                Set.of(),
                4);
    }

    /** Submits a run of such stages, side by side, with budgets as JSON; an empty one is none. */
    public RunId submit(String runBudget, String stageBudget, String... keys) {
        List<String> stages = List.of(keys).stream()
                .map(key -> ("{\"key\":\"%s\",\"executor\":{\"kind\":\"swarm\",\"harness\":\"h\",\"model\":\"m\","
                                + "\"prompt\":\"fix it\",%s\"sandbox\":{\"profile\":\"untrusted-code-write\",\"tier\":\"any\"}}}")
                        .formatted(key, field(stageBudget)))
                .toList();
        String end = "{\"key\":\"end\",\"executor\":{\"kind\":\"noop\"}}";
        String edges = List.of(keys).stream()
                .map("{\"from\":\"%s\",\"to\":\"end\"}"::formatted)
                .collect(Collectors.joining(","));
        RunId run = server.submitDefinition(
                "garden",
                "{%s\"stages\":[%s,%s],\"edges\":[%s]}"
                        .formatted(field(runBudget), String.join(",", stages), end, edges));
        get(server.rooms.database().change(tx -> {
            FrozenInvocation frozen = new FrozenInvocation(
                    server.harnesses.find(tx, "h").orElseThrow(),
                    server.models.find(tx, "m").orElseThrow());
            for (Stage stage : server.rooms.stages().list(tx, run)) {
                if (stage.plan().kind() == ExecutorKind.SWARM) {
                    server.rooms.invocations().insert(tx, run, stage.position(), frozen);
                }
            }
        }));
        return run;
    }

    private static String field(String budget) {
        return budget.isEmpty() ? "" : "\"budget\":" + budget + ",";
    }

    /** Registers the credential that the model names. */
    public void credential(String project, String provider, String secret) {
        String owner = project.isEmpty() ? "" : "\"projectId\":\"" + project + "\",";
        get(server.credentials.put(
                Json.readTree(
                        "{\"name\":\"main\",%s\"provider\":\"%s\",\"env\":{\"REGION\":\"here\"},\"secrets\":{\"KEY\":\"%s\"}}"
                                .formatted(owner, provider, secret)),
                Actor.COMMAND_LINE));
    }

    /** A model call that used so many tokens of input, and nothing else. */
    public static UsageRecord call(long tokens) {
        return new UsageRecord(
                UUID.randomUUID(),
                "openai",
                "large",
                "large",
                null,
                tokens,
                0,
                0,
                0,
                0,
                UsageRecord.UsageSource.PROVIDER,
                true,
                UsageRecord.Ending.COMPLETE,
                200,
                AT,
                AT);
    }

    /** What the audit trail has of an action, oldest first. */
    public List<AuditEntry> audited(String action) {
        List<AuditEntry> found = new ArrayList<>(server.rooms.audit().list(Long.MAX_VALUE, 1_000).entries().stream()
                .filter(entry -> entry.action().equals(action))
                .toList());
        Collections.reverse(found);
        return found;
    }

    /** The verdict on a stage's latest attempt, {@code none} when there is none. */
    public String attestation(RunId run, String key) {
        return server.rooms
                .database()
                .<String>read(tx -> tx.find(
                                "SELECT coalesce(attestation, 'none') AS verdict FROM stages WHERE run_id = ? AND key = ?",
                                row -> row.text("verdict"),
                                run,
                                key)
                        .orElseThrow());
    }

    /** Whether a stage's latest end has published an artifact of that name. */
    public boolean isPublished(RunId run, String name) {
        return server.rooms
                .artifacts()
                .find(run, new ArtifactName(name), null, null)
                .isPresent();
    }

    /** Lets what was asked be answered or start to wait. */
    public <T> CompletableFuture<T> asked(CompletableFuture<T> call) {
        server.settle();
        return call;
    }
}
