package pond.server.stages;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.api.StageStatus;
import pond.common.api.StageView.ProgressView;
import pond.common.ids.RunId;
import pond.server.db.Tx;

/** Stages and waits of a run, inside the transaction of whoever decides. Safe to share. */
public final class StageService {
    private final StageStore stages = new StageStore();
    private final WaitStore waits = new WaitStore();
    private volatile StageListener listener = (tx, run, before, now) -> {};

    /** Tells of every change of a stage from now on; there is one listener. */
    public void onChange(StageListener told) {
        listener = told;
    }

    public void insert(Tx tx, RunId run, Stage stage) {
        stages.insert(tx, run, stage);
    }

    /** All stages of a run, in the order of the definition. */
    public List<Stage> list(Tx tx, RunId run) {
        return stages.list(tx, run);
    }

    /**
     * What is said of a stage besides its state.
     *
     * @param attestation {@code verified} when its worker's key has signed how the latest attempt ended
     * @param reusedFrom the run in which it really ran, when that is another one
     */
    public record Report(
            Optional<ProgressView> progress,
            @Nullable String attestation,
            @Nullable RunId reusedFrom) {}

    /** What is said of each stage, in the order of {@link #list}. */
    public List<Report> listReports(Tx tx, RunId run) {
        return stages.listReports(tx, run);
    }

    /** Marks a stage that was inserted as done as the one of another run, and reports of it what that reports. */
    public void reuse(Tx tx, RunId from, RunId to, int position) {
        stages.reuse(tx, from, to, position);
    }

    /** Throws {@link IllegalStateException} when the stage is not in the expected status: someone else moved first. */
    public void update(Tx tx, RunId run, StageStatus expected, Stage now) {
        stages.update(tx, run, expected, now);
        listener.changed(tx, run, expected, now);
    }

    /** False when that attempt is not running any more, or is one of several areas, which have no say in it. */
    public boolean updateProgress(Tx tx, RunId run, int position, int attempt, ProgressView progress) {
        return stages.updateProgress(tx, run, position, attempt, progress);
    }

    /** The progress of a stage with areas, whatever its status. */
    public void putProgress(Tx tx, RunId run, int position, ProgressView progress) {
        stages.putProgress(tx, run, position, progress);
    }

    /** Makes its subject wait, or wait for something else than before. */
    public void putWait(Tx tx, Wait wait) {
        waits.put(tx, wait);
    }

    public void endWait(Tx tx, String subject) {
        waits.delete(tx, subject);
    }

    /** Ends every wait of a run and of its jobs. */
    public void endWaits(Tx tx, RunId run) {
        waits.deleteOf(tx, run);
    }

    public void postpone(Tx tx, String subject, Instant deadline) {
        waits.postpone(tx, subject, deadline);
    }

    public Optional<Wait> findWait(Tx tx, String subject) {
        return waits.find(tx, subject);
    }

    public List<Wait> listWaits(Tx tx, RunId run) {
        return waits.listOf(tx, run);
    }

    /** Who waits for an operator to register a harness or a model, the longest first. */
    public List<Wait> listWaitsForOperators(Tx tx) {
        return waits.listForOperators(tx);
    }

    /** What has waited long enough, the longest overdue first. */
    public List<Wait> listDue(Tx tx, Instant now, int limit) {
        return waits.listDue(tx, now, limit);
    }

    /** When the next wait ends; empty when nothing waits. */
    public Optional<Instant> nextDeadline(Tx tx) {
        return waits.nextDeadline(tx);
    }
}
