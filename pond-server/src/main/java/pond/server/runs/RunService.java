package pond.server.runs;

import com.github.f4b6a3.uuid.UuidCreator;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogSource;
import pond.common.api.RunDetails;
import pond.common.api.RunPage;
import pond.common.api.RunView;
import pond.common.definition.Budget;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.common.problems.Problem;
import pond.common.protocol.Job.BundleRef;
import pond.server.auth.RunAccess;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.server.logs.LogService;
import pond.server.sealing.SourceKey;
import pond.server.stages.StageService;
import pond.server.swarm.Substages;
import pond.server.watch.Watch;

/** Submitting, reading, listing and cancelling runs. Safe for use by several threads. */
public final class RunService implements RunAccess {
    private static final int MAX_WAITERS = 10_000;

    private final Database database;
    private final LogService logs;
    private final StageService stages;
    private final SourceKey sourceKey;
    private final InstantSource clock;
    private final Admission admission;
    private final Snapshots snapshots;
    private final RunStore store = new RunStore();
    private final CallbackStore callbacks = new CallbackStore();
    private final RerunStore reruns = new RerunStore();
    private final Substages substages = new Substages();
    private final HeldBack heldBack = new HeldBack();
    private final Watch<RunId> watch = new Watch<>(MAX_WAITERS);
    private volatile @Nullable RunEnds ends;
    private volatile RunListener listener = RunListener.NONE;

    /** With room for every run. */
    public RunService(
            Database database, LogService logs, StageService stages, SourceKey sourceKey, InstantSource clock) {
        this(database, logs, stages, sourceKey, Admission.unbounded(database), clock);
    }

    public RunService(
            Database database,
            LogService logs,
            StageService stages,
            SourceKey sourceKey,
            Admission admission,
            InstantSource clock) {
        this.database = database;
        this.logs = logs;
        this.stages = stages;
        this.sourceKey = sourceKey;
        this.clock = clock;
        this.admission = admission;
        this.snapshots = new Snapshots(sourceKey);
    }

    /** Tells of the end of runs with a callback; to be called before there can be one. */
    public void onEnd(RunEnds listener) {
        ends = listener;
    }

    /** Tells of all that happens to runs from now on; there is one listener. */
    public void onChange(RunListener told) {
        listener = told;
    }

    /** The run, and whether this call made it (false: an idempotency key found an earlier one). */
    public record Submitted(RunView run, boolean created) {}

    /**
     * Creates a run, whole, in one transaction; the future is done when it is on disk. Throws what {@link Admission} says
     * when there is no room for it.
     */
    public CompletableFuture<Submitted> submit(Submission submission, RunFlow flow) {
        if (submission.idempotency().isPresent()) {
            Optional<Submitted> earlier = database.read(tx -> replay(tx, submission));
            if (earlier.isPresent()) {
                return CompletableFuture.completedFuture(earlier.get());
            }
        }
        admission.requireRoom(submission.project());
        Run run = made(submission);
        Snapshot snapshot = snapshots.of(run.id(), submission);
        Optional<CallbackStore.Sealed> callback =
                snapshots.callback(run.id(), submission.request().callback());
        return logWarnings(run.id(), submission.warnings())
                .thenCompose(logged -> database.write(tx -> {
                    Optional<Submitted> other = replay(tx, submission);
                    if (other.isPresent()) {
                        return other.get();
                    }
                    admission.requirePlace(tx, submission.project());
                    store.insert(
                            tx,
                            run,
                            snapshot,
                            submission.submitter(),
                            submission.idempotency().orElse(null));
                    callback.ifPresent(row -> callbacks.insert(tx, row));
                    Origin origin = submission.origin();
                    if (origin != null) {
                        reruns.insert(tx, run.id(), origin);
                    }
                    flow.submitted(tx, run, submission.stages());
                    tx.afterCommit(() -> listener.accepted(run, snapshot.trigger()));
                    return new Submitted(RunViews.created(run, snapshot), true);
                }));
    }

    private Run made(Submission submission) {
        RunId id = new RunId(UuidCreator.getTimeOrderedEpochPlus1());
        Run run = Run.queued(id, submission.project(), clock.instant());
        Origin origin = submission.origin();
        return origin == null || origin.bundle() == null ? run : run.withBundle(origin.bundle());
    }

    private Optional<Submitted> replay(Tx tx, Submission submission) {
        return submission
                .idempotency()
                .flatMap(wanted -> store.findReplay(tx, submission.project(), wanted.key())
                        .map(earlier -> {
                            if (!earlier.digest().equals(wanted.digest())) {
                                throw new PondException(
                                        ErrorCode.CONFLICT, "this Idempotency-Key was used with another body before");
                            }
                            return new Submitted(
                                    details(tx, earlier.run()).orElseThrow().run(), false);
                        }));
    }

    /** Logs first, state second: a line without a run is swept away, a run without its lines would be wrong. */
    private CompletableFuture<Void> logWarnings(RunId id, List<Problem> warnings) {
        if (warnings.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (Problem warning : warnings) {
            List<String> line = List.of(warning.code() + ": " + warning.message());
            all = all.thenCompose(done -> logs.appendSystem(id, warning.stage(), LogSource.PREFLIGHT, line)
                    .thenAccept(last -> {}));
        }
        return all;
    }

    /** Throws a not-found refusal when there is no such run. */
    public RunDetails get(RunId id) {
        return database.read(tx -> details(tx, id)).orElseThrow(() -> PondException.notFound("run"));
    }

    /**
     * A signal that is given when the version of a run is not, or no longer, the one given, or when the run is terminal.
     * Whoever no longer waits completes it. Dependents must be asynchronous.
     */
    public CompletableFuture<Void> changedFrom(RunId id, long version) {
        CompletableFuture<Void> change = watch.register(id, version);
        Run now = find(id).orElseThrow(() -> PondException.notFound("run"));
        if (now.version() != version || now.status().isTerminal()) {
            change.complete(null);
        }
        return change;
    }

    private Optional<RunDetails> details(Tx tx, RunId id) {
        return store.find(tx, id)
                .map(run -> RunViews.details(
                        run,
                        store.findSnapshot(tx, id).orElseThrow(),
                        new RunViews.Stages(stages.list(tx, id), stages.listReports(tx, id), substages.list(tx, id)),
                        run.status().isTerminal()
                                ? List.of()
                                : heldBack.seen(tx, admission.explained(tx, run.project(), stages.listWaits(tx, id))),
                        reruns.list(tx, id)));
    }

    /** Newest first; {@code before} is the last run of the page before, null for the first page. */
    public RunPage list(RunFilter filter, @Nullable RunId before, int limit) {
        List<RunView> runs = database.read(tx -> store.list(tx, filter, before, limit + 1)).stream()
                .map(listed -> RunViews.run(listed.run(), listed.snapshot()))
                .toList();
        return runs.size() <= limit
                ? new RunPage(runs, null)
                : new RunPage(runs.subList(0, limit), runs.get(limit - 1).id().toString());
    }

    /** Asks for a cancel; the run as it is after that. */
    public CompletableFuture<RunView> cancel(RunId id, RunFlow flow) {
        return database.write(tx -> {
            flow.cancelRequested(tx, id);
            return details(tx, id)
                    .orElseThrow(() -> PondException.notFound("run"))
                    .run();
        });
    }

    @Override
    public Optional<ProjectId> projectOf(RunId id) {
        return find(id).map(Run::project);
    }

    public Optional<Run> find(RunId id) {
        return database.read(tx -> store.find(tx, id));
    }

    /** The digests of the bundles of runs that have not ended. */
    public List<String> listBundlesInUse() {
        return database.read(store::listBundlesInUse);
    }

    /** What all swarm stages of a run may use together; empty when nothing was said of it. */
    public Optional<Budget> findBudget(Tx tx, RunId id) {
        return store.findBudget(tx, id);
    }

    /** Inside a transaction; throws a not-found refusal when there is no such run. */
    public Run get(Tx tx, RunId id) {
        return store.find(tx, id).orElseThrow(() -> PondException.notFound("run"));
    }

    /** Stores what has changed about a run, and wakes whoever waits for that. */
    public void update(Tx tx, Run before, Run now) {
        boolean calledBack = store.update(tx, before, now);
        if (calledBack && now.status().isTerminal() && !before.status().isTerminal()) {
            tx.lastly(() -> tellOfEnd(tx, now.id()));
        }
        tx.afterCommit(() -> {
            watch.wakeAll(now.id());
            listener.changed(before, now);
            if (now.status().isTerminal()) {
                logs.wake(now.id());
            }
        });
    }

    private void tellOfEnd(Tx tx, RunId id) {
        RunEnds listener = ends;
        if (listener != null) {
            store.findListed(tx, id)
                    .ifPresent(ended -> listener.ended(tx, RunViews.run(ended.run(), ended.snapshot())));
        }
    }

    /** Something that a reader of the run sees has changed, such as a stage's progress. */
    public void touch(Tx tx, RunId id) {
        store.touch(tx, id);
        tx.afterCommit(() -> watch.wakeAll(id));
    }

    /** What a run is made from, secrets included; for the fetch alone. */
    public SealedSources sources(RunId id) {
        return database.read(tx -> {
            Snapshot snapshot = store.findSnapshot(tx, id).orElseThrow();
            return new SealedSources(id, snapshot.sha(), snapshot.sealedSources(), reruns.findPins(tx, id), sourceKey);
        });
    }

    /** Whom to tell of the end of a run, secret included; for the one who does that alone. */
    public Optional<SealedCallback> findCallback(RunId id) {
        return database.read(tx -> callbacks.find(tx, id)).map(row -> new SealedCallback(row, sourceKey));
    }

    /** Records the bundle that the fetch made, and what each source was resolved to, by label. */
    public CompletableFuture<Void> fetched(RunId id, BundleRef bundle, Map<String, String> resolved) {
        return database.change(tx -> {
            Run before = get(tx, id);
            if (!before.status().isTerminal()) {
                Snapshot snapshot = store.findSnapshot(tx, id).orElseThrow();
                store.updateSources(
                        tx, id, Json.write(SourceViews.resolved(Json.readTree(snapshot.sources()), resolved)));
                update(tx, before, before.withBundle(bundle));
            }
        });
    }
}
