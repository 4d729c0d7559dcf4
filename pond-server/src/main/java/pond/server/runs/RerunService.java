package pond.server.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import pond.common.api.RerunFrom;
import pond.common.api.RerunOf;
import pond.common.api.RunStatus;
import pond.common.definition.ExecutorKind;
import pond.common.definition.SourceSpec;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.common.protocol.Job.BundleRef;
import pond.server.artifacts.ArtifactService;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.server.preflight.PreflightService;
import pond.server.sources.guard.Bundles;
import pond.server.stages.Stage;
import pond.server.stages.StageService;
import pond.server.swarm.Substages;

/**
 * Makes runs from runs that have ended. Those never change any more, so what is read of one before the transaction that
 * makes the new one still holds in it. Safe for use by several threads.
 */
public final class RerunService {
    static final String TRIGGER = "rerun";

    private final Database database;
    private final RunService runs;
    private final StageService stages;
    private final ArtifactService artifacts;
    private final Bundles bundles;
    private final InstantSource clock;
    private final RunStore store = new RunStore();
    private final RerunStore reruns = new RerunStore();
    private final RemovalStore removals = new RemovalStore();
    private final Substages substages = new Substages();

    public RerunService(
            Database database,
            RunService runs,
            StageService stages,
            ArtifactService artifacts,
            Bundles bundles,
            InstantSource clock) {
        this.database = database;
        this.runs = runs;
        this.stages = stages;
        this.artifacts = artifacts;
        this.bundles = bundles;
        this.clock = clock;
    }

    /**
     * The body of a submit that would make the run again, with the secrets of its sources and of its callback: for the
     * preflight alone.
     *
     * @throws PondException CONFLICT when the run has not ended, when nothing of it is left to do, or when its sources
     *     cannot be opened any more; not found when it is gone
     */
    public JsonNode body(RerunOf of) {
        Original original = original(of);
        Snapshot snapshot = original.snapshot();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("projectId", original.run().project().value()).put("trigger", TRIGGER);
        body.set("definition", Json.readTree(snapshot.definition()));
        try {
            body.set("sources", sources(of.run()));
            Optional<SealedCallback> callback = runs.findCallback(of.run());
            body.set(
                    "callback",
                    callback.isEmpty()
                            ? null
                            : Json.lenient().valueToTree(callback.get().open()));
        } catch (GeneralSecurityException e) {
            throw new PondException(
                    ErrorCode.CONFLICT,
                    "the secrets of the run were sealed with another source key than this server's; submit it again");
        }
        body.put("sha", snapshot.sha());
        body.set("context", snapshot.context() == null ? null : Json.readTree(snapshot.context()));
        body.set("labels", Json.readTree(snapshot.labels()));
        return body;
    }

    private ArrayNode sources(RunId run) throws GeneralSecurityException {
        ArrayNode sources = JsonNodeFactory.instance.arrayNode();
        for (SourceSpec source : runs.sources(run).open()) {
            ObjectNode config = Json.lenient().valueToTree(source.config());
            config.remove("kind");
            sources.addObject()
                    .put("label", source.label())
                    .put("kind", source.config().kind())
                    .set("config", config);
        }
        return sources;
    }

    /** Makes the new run, whole, in one transaction, from what the preflight has let pass; as {@link RunService#submit}. */
    public CompletableFuture<RunService.Submitted> rerun(
            RerunOf of,
            PreflightService.Passed passed,
            Submitter submitter,
            Optional<Idempotency> idempotency,
            RunFlow flow)
            throws IOException {
        Original original = original(of);
        BundleRef bundle = bundle(of, original.run());
        Reuse reuse = of.from() == RerunFrom.START
                ? Reuse.nothing(passed.stages())
                : Reuse.ofDone(passed.stages(), original.stages(), bundle != null);
        if (needsArtifacts(reuse)) {
            database.read(tx -> requireArtifacts(tx, of.run()));
        }
        Map<String, String> revisions = of.from() == RerunFrom.START ? Map.of() : original.revisions();
        Submission submission = new Submission(
                passed.project(),
                submitter,
                passed.request(),
                reuse.stages(),
                passed.warnings(),
                idempotency,
                new Origin(of, bundle, revisions));
        return runs.submit(submission, new Reusing(of.run(), reuse, flow));
    }

    private static boolean needsArtifacts(Reuse reuse) {
        return reuse.reused().stream().anyMatch(stage -> stage.plan().kind() != ExecutorKind.FETCH);
    }

    /** Done stages cannot stand in another run without what they have left. */
    private boolean requireArtifacts(Tx tx, RunId original) {
        removals.findArtifacts(tx, original).ifPresent(at -> {
            throw new PondException(
                    ErrorCode.CONFLICT,
                    "the artifacts of the run were removed at " + at
                            + ", so its done stages cannot be reused; re-run it from the start");
        });
        return true;
    }

    /** What the sources of the original became, if a re-run needs no other fetch. */
    private @Nullable BundleRef bundle(RerunOf of, Run original) throws IOException {
        BundleRef bundle = original.bundle();
        boolean kept =
                of.from() == RerunFrom.FAILED && bundle != null && bundles.renew(bundle.sha256(), clock.instant());
        return kept ? bundle : null;
    }

    private Original original(RerunOf of) {
        Original original = database.read(tx -> read(tx, of.run()));
        if (!original.run().status().isTerminal()) {
            throw new PondException(
                    ErrorCode.CONFLICT, "the run has not ended; cancel it, or wait for its end, and re-run it then");
        }
        if (of.from() == RerunFrom.FAILED && original.run().status() == RunStatus.DONE) {
            throw new PondException(
                    ErrorCode.CONFLICT,
                    "every stage of the run is done, so none is left to run again; re-run it from the start");
        }
        return original;
    }

    private Original read(Tx tx, RunId id) {
        Run run = runs.get(tx, id);
        return new Original(
                run, store.findSnapshot(tx, id).orElseThrow(), stages.list(tx, id), reruns.findPins(tx, id));
    }

    /**
     * A run as it ended.
     *
     * @param pins what its own sources were held to
     */
    private record Original(Run run, Snapshot snapshot, List<Stage> stages, Map<String, String> pins) {
        /** What each source was resolved to, or would have been, had its fetch come to its end. */
        Map<String, String> revisions() {
            Map<String, String> revisions = new HashMap<>(pins);
            revisions.putAll(SourceViews.revisions(Json.readTree(snapshot.sources())));
            return revisions;
        }
    }

    /** Gives a new run what its done stages left in the original, before anything of it begins. */
    private final class Reusing implements RunFlow {
        private final RunId original;
        private final Reuse reuse;
        private final RunFlow flow;

        Reusing(RunId original, Reuse reuse, RunFlow flow) {
            this.original = original;
            this.reuse = reuse;
            this.flow = flow;
        }

        @Override
        public void submitted(Tx tx, Run run, List<Stage> all) {
            // Refuses when the original was deleted a moment ago, or its artifacts were.
            runs.get(tx, original);
            if (needsArtifacts(reuse)) {
                requireArtifacts(tx, original);
            }
            for (Stage stage : reuse.reused()) {
                artifacts.copy(tx, original, run.id(), stage.plan().key());
                substages.copy(tx, original, run.id(), stage.position());
            }
            flow.submitted(tx, run, all);
            reuse.reused().forEach(stage -> stages.reuse(tx, original, run.id(), stage.position()));
            runs.touch(tx, original);
        }

        @Override
        public void cancelRequested(Tx tx, RunId run) {
            flow.cancelRequested(tx, run);
        }
    }
}
