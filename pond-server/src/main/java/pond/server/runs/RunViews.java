package pond.server.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pond.common.api.Callback;
import pond.common.api.RunDetails;
import pond.common.api.RunStatus;
import pond.common.api.RunView;
import pond.common.api.StageStatus;
import pond.common.api.StageView;
import pond.common.api.StageView.SubstageView;
import pond.common.api.Waiting;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.server.stages.Stage;
import pond.server.stages.StageService;
import pond.server.stages.Wait;
import pond.server.stages.WaitCode;
import pond.server.swarm.Substage;

/** Rows of a run as the JSON that users see. Pure. */
final class RunViews {
    private RunViews() {}

    /** For a list: without stages, so that what waits is not known. */
    static RunView run(Run run, Snapshot snapshot) {
        return view(run, snapshot, null, null);
    }

    /** A run that was just made. */
    static RunView created(Run run, Snapshot snapshot) {
        return view(run, snapshot, null, List.of());
    }

    /**
     * The stages of a run with what belongs to them.
     *
     * @param reports in the order of {@code list}
     * @param areas by the position of their stage
     */
    record Stages(List<Stage> list, List<StageService.Report> reports, Map<Integer, List<Substage>> areas) {}

    /** Everything about a run, with those that were made from it. */
    static RunDetails details(Run run, Snapshot snapshot, Stages all, List<Wait> waits, List<RunId> reruns) {
        List<Stage> stages = all.list();
        Waits known = new Waits(run, stages, waits);
        List<StageView> views = new ArrayList<>();
        for (int i = 0; i < stages.size(); i++) {
            Stage stage = stages.get(i);
            List<Substage> areas = all.areas().getOrDefault(stage.position(), List.of());
            views.add(stage(stage, all.reports().get(i), areas, known.of(stage)));
        }
        return new RunDetails(view(run, snapshot, known.ofRun(), reruns), views);
    }

    private static StageView stage(
            Stage stage, StageService.Report report, List<Substage> areas, @Nullable Waiting waiting) {
        return new StageView(
                stage.plan().key(),
                stage.plan().name(),
                stage.plan().category(),
                stage.plan().kind().toString(),
                stage.status(),
                stage.attempt(),
                stage.worker(),
                report.progress().orElse(null),
                stage.sandbox(),
                stage.startedAt(),
                stage.finishedAt(),
                stage.exitCode(),
                stage.error(),
                report.attestation(),
                areas.stream().map(RunViews::substage).toList(),
                waiting,
                report.reusedFrom());
    }

    private static SubstageView substage(Substage one) {
        return new SubstageView(
                one.key(),
                one.area().title(),
                one.status(),
                one.attempt(),
                one.worker(),
                one.startedAt(),
                one.finishedAt(),
                one.exitCode(),
                one.error(),
                one.attestation());
    }

    private static RunView view(Run run, Snapshot snapshot, @Nullable Waiting waiting, @Nullable List<RunId> reruns) {
        return new RunView(
                run.id(),
                run.project(),
                run.status(),
                run.status().isTerminal(),
                run.version(),
                snapshot.trigger(),
                snapshot.sha(),
                snapshot.definition().isEmpty() ? null : Json.readTree(snapshot.definition()),
                Json.readTree(snapshot.sources()),
                snapshot.context() == null ? null : Json.readTree(snapshot.context()),
                labels(snapshot.labels()),
                run.error(),
                run.createdAt(),
                run.startedAt(),
                run.finishedAt(),
                run.cancelRequestedAt(),
                run.killConfirmed(),
                waiting,
                snapshot.callbackUrl() == null ? null : Callback.shown(snapshot.callbackUrl()),
                snapshot.rerunOf(),
                reruns);
    }

    private static Map<String, String> labels(String json) {
        JsonNode labels = Json.readTree(json);
        return ((ObjectNode) labels)
                .properties().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, entry -> entry.getValue().asText()));
    }

    /** Who waits for what: rows for what is queued, and for stages before their turn what can be told from the rest. */
    private static final class Waits {
        private final Run run;
        private final List<Stage> stages;
        private final Map<Integer, Wait> byPosition = new HashMap<>();
        private @Nullable Wait limit;

        Waits(Run run, List<Stage> stages, List<Wait> waits) {
            this.run = run;
            this.stages = stages;
            for (Wait wait : waits) {
                Integer position = wait.position();
                if (position == null) {
                    limit = wait;
                } else {
                    byPosition.put(position, wait);
                }
            }
        }

        @Nullable
        Waiting of(Stage stage) {
            Wait own = byPosition.get(stage.position());
            return switch (stage.status()) {
                case QUEUED -> own == null ? null : own.view();
                case PENDING -> limit == null ? null : earlier(stage, limit).view();
                case RUNNING, DONE, FAILED, CANCELLED, SKIPPED -> null;
            };
        }

        /** A run waits when none of its stages runs: for what its first queued stage waits for. */
        @Nullable
        Waiting ofRun() {
            if (run.status() == RunStatus.CANCELLING) {
                return limit == null ? null : limit.view();
            }
            if (stages.stream().anyMatch(stage -> stage.status() == StageStatus.RUNNING)) {
                return null;
            }
            return stages.stream()
                    .filter(stage -> stage.status() == StageStatus.QUEUED)
                    .findFirst()
                    .map(this::of)
                    .orElse(null);
        }

        private Wait earlier(Stage stage, Wait runLimit) {
            String keys = stages.stream()
                    .filter(other -> stage.plan().predecessors().contains(other.position()))
                    .filter(other -> !other.status().isTerminal())
                    .map(other -> "'" + other.plan().key() + "'")
                    .collect(Collectors.joining(", "));
            return new Wait(
                    stage.plan().key(),
                    run.id(),
                    stage.position(),
                    WaitCode.EARLIER_STAGES,
                    "its turn comes after " + keys,
                    run.createdAt(),
                    runLimit.deadline());
        }
    }
}
