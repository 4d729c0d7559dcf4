package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.get;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import pond.common.api.StageView;
import pond.common.api.StageView.SubstageView;
import pond.common.ids.ArtifactName;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.common.protocol.Job;
import pond.server.artifacts.Artifact;
import pond.server.audit.Actor;

/** Stages with agents, and what they need of the registers and of workers. */
final class TestAreas {
    static final String CAPABILITY = "harness.codex";

    private final TestDispatch dispatch;

    TestAreas(TestDispatch dispatch) {
        this.dispatch = dispatch;
    }

    /** Registers the harness that stages here name; its capability has another name than its key. */
    void registerHarness() {
        get(dispatch.harnesses.putPreset(
                Json.readTree("{\"preset\":\"codex-brokered\",\"key\":\"coder\"}"), Actor.COMMAND_LINE));
    }

    void registerModel(String modelId) {
        get(dispatch.models.put(
                Json.readTree(
                        "{\"key\":\"small\",\"provider\":\"openai\",\"model_id\":\"%s\",\"credential_name\":\"c\","
                                        .formatted(modelId)
                                + "\"input_cost_per_mtok\":1,\"output_cost_per_mtok\":2}"),
                Actor.COMMAND_LINE));
    }

    TestAreas registered() {
        registerHarness();
        registerModel("m-1");
        return this;
    }

    FakeWorker worker(String name, int slots) {
        return worker(name, slots, CAPABILITY);
    }

    FakeWorker worker(String name, int slots, String capability) {
        return new FakeWorker(
                dispatch, name, slots, Set.of("sandbox.bubblewrap", capability), "swarm", "shell", "noop");
    }

    /** The JSON of a stage, with more fields of the executor, each with a comma before. */
    static String agent(String key, String prompt, String more) {
        return agent(key, prompt, more, "");
    }

    /** The same with more fields of the stage. */
    static String agent(String key, String prompt, String more, String stage) {
        return ("{\"key\":\"%s\",\"executor\":{\"kind\":\"swarm\",\"harness\":\"coder\",\"model\":\"small\","
                        + "\"prompt\":\"%s\",\"sandbox\":{\"profile\":\"untrusted-code-write\"}%s}%s}")
                .formatted(key, prompt, more, stage);
    }

    static String fanout(String shape) {
        return ",\"fanout\":{\"source\":\"map\",\"artifact\":\"areas.json\",\"maxAreas\":8},"
                + "\"parse\":{\"fence\":\"result\",\"output\":\"out.%s\",\"shape\":\"%s\"}".formatted(shape, shape);
    }

    /** Areas with the keys a0, a1 and so on. */
    static String areas(int count) {
        List<String> areas = IntStream.range(0, count)
                .mapToObj(i -> "{\"key\":\"a%d\",\"title\":\"T%d\",\"globs\":[\"x/%d\",\"y/%d\"],\"why\":\"{{GLOBS}}\"}"
                        .formatted(i, i, i, i))
                .toList();
        return "{\"areas\":[" + String.join(",", areas) + "]}";
    }

    /** Submits a stage that lists areas and one that works on them, and ends the first. */
    RunId fanOut(FakeWorker worker, String shape, String areas, String stage) {
        RunId run = dispatch.submit(
                "garden",
                TestDispatch.shell("map", "") + ","
                        + agent("work", "do {{AREA_TITLE}}: {{GLOBS}} {{WHY}} {{X}}", fanout(shape), stage));
        Job map = worker.leaseOne();
        assertThat(map.stage()).isEqualTo("map");
        worker.done(map, "areas.json", areas);
        return run;
    }

    StageView work(RunId run) {
        return dispatch.stage(run, "work");
    }

    List<String> statuses(RunId run) {
        return work(run).substages().stream()
                .map(area -> area.key() + " " + area.status())
                .toList();
    }

    SubstageView area(RunId run, String key) {
        return work(run).substages().stream()
                .filter(area -> area.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    String code(RunId run, String stage) {
        return Objects.requireNonNull(dispatch.stage(run, stage).error()).code();
    }

    String message(RunId run, String stage) {
        return Objects.requireNonNull(dispatch.stage(run, stage).error()).message();
    }

    /** The text of a stage's own artifact; null when there is none. */
    @Nullable
    String joined(RunId run, String name) {
        Optional<Artifact> artifact = dispatch.rooms.artifacts().list(run).stream()
                .filter(one -> one.stage().equals("work") && one.substage() == null)
                .filter(one -> one.name().equals(new ArtifactName(name)))
                .findFirst();
        if (artifact.isEmpty()) {
            return null;
        }
        try (InputStream in = Channels.newInputStream(dispatch.rooms
                .artifacts()
                .open(artifact.get().digest().sha256())
                .orElseThrow())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
