package pond.server.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pond.common.api.Failure;
import pond.common.api.StageStatus;
import pond.common.definition.ExecutorKind;
import pond.common.definition.RetrySpec;
import pond.server.dispatch.RunEvent.End;
import pond.server.swarm.Substage;

/**
 * What an event makes of the areas of a fan-out: a pure function, as {@link RunMachine} is one for stages. Which single
 * moves are legal is in {@link Substage}; what moves them:
 *
 * <pre>
 * from     event                            to
 * queued   Leased                           running
 * queued   Unserved                         failed
 * queued   RetriesCalledOff                 failed when it was tried, else queued
 * queued   Stopped                          cancelled when it was tried, else skipped
 * queued   TakenBack                        failed or cancelled, as it says, when it was tried, else skipped
 * running  Ended, the run is cancelled      cancelled
 * running  Ended done                       done
 * running  Ended otherwise, may retry       queued
 * running  Ended otherwise                  failed
 * running  Stopped                          running: its worker is told, and ends it
 * running  TakenBack                        failed or cancelled, as it says
 * </pre>
 *
 * An area that has ended is left alone by what happens to all, and nothing can happen to it alone.
 */
final class SubstageMachine {
    private final RetrySpec retry;
    private final Map<String, Substage> areas = new LinkedHashMap<>();
    private final List<AreaEffect> effects = new ArrayList<>();

    private SubstageMachine(RetrySpec retry, List<Substage> areas) {
        this.retry = retry;
        areas.forEach(area -> this.areas.put(area.key(), area));
    }

    /** The next state, in the order in which the areas were given, and what to do. */
    record Decision(List<Substage> areas, List<AreaEffect> effects) {
        /** Whether nothing will ever change again. */
        boolean over() {
            return areas.stream().allMatch(area -> area.status().isTerminal());
        }
    }

    static Decision decide(RetrySpec retry, List<Substage> areas, AreaEvent event) {
        SubstageMachine machine = new SubstageMachine(retry, areas);
        machine.apply(event);
        return new Decision(List.copyOf(machine.areas.values()), List.copyOf(machine.effects));
    }

    private void apply(AreaEvent event) {
        if (event instanceof AreaEvent.Leased leased) {
            put(area(leased.key()).running(leased.attempt(), leased.worker(), leased.at()));
        } else if (event instanceof AreaEvent.Ended ended) {
            ended(ended);
        } else if (event instanceof AreaEvent.Unserved unserved) {
            Substage area = area(unserved.key());
            effects.add(new AreaEffect.Withdraw(area.key()));
            put(area.ended(StageStatus.FAILED, unserved.at(), area.exitCode(), unserved.failure()));
        } else if (event instanceof AreaEvent.RetriesCalledOff) {
            queued().stream()
                    .filter(area -> area.attempt() > 0)
                    .forEach(area -> callOff(area, StageStatus.FAILED, event));
        } else if (event instanceof AreaEvent.Stopped) {
            queued().forEach(area -> callOff(area, StageStatus.CANCELLED, event));
            running().forEach(area -> effects.add(new AreaEffect.Stop(area.key())));
        } else if (event instanceof AreaEvent.TakenBack back) {
            queued().forEach(area -> callOff(area, back.to(), event));
            for (Substage area : running()) {
                effects.add(new AreaEffect.Revoke(area.key()));
                put(area.ended(back.to(), back.at(), area.exitCode(), back.failure()));
            }
        }
    }

    private void ended(AreaEvent.Ended event) {
        Substage area = area(event.key());
        Instant at = event.at();
        Failure failure = event.end() == End.DONE ? null : event.failure();
        if (event.course() == AreaEvent.Course.CANCELLING) {
            put(area.ended(StageStatus.CANCELLED, at, event.exitCode(), null));
        } else if (event.end() == End.DONE) {
            put(area.ended(StageStatus.DONE, at, event.exitCode(), null));
        } else if (event.course() == AreaEvent.Course.GOING
                && RunMachine.mayRetry(ExecutorKind.SWARM, retry, area.attempt(), event.end())) {
            put(area.queued(event.exitCode(), failure));
            effects.add(new AreaEffect.Enqueue(area.key(), area.attempt() + 1, Duration.ofSeconds(retry.backoffSec())));
        } else {
            Failure why = failure != null ? failure : new Failure("cancelled", "its worker ended it unasked");
            put(area.ended(StageStatus.FAILED, at, event.exitCode(), why));
        }
    }

    private void callOff(Substage area, StageStatus tried, AreaEvent event) {
        effects.add(new AreaEffect.Withdraw(area.key()));
        StageStatus to = area.attempt() > 0 ? tried : StageStatus.SKIPPED;
        put(area.ended(to, event.at(), area.exitCode(), area.error()));
    }

    private List<Substage> queued() {
        return with(StageStatus.QUEUED);
    }

    private List<Substage> running() {
        return with(StageStatus.RUNNING);
    }

    private List<Substage> with(StageStatus status) {
        return areas.values().stream().filter(area -> area.status() == status).toList();
    }

    private Substage area(String key) {
        Substage area = areas.get(key);
        if (area == null) {
            throw new IllegalStateException("there is no area " + key);
        }
        return area;
    }

    private void put(Substage area) {
        areas.put(area.key(), area);
    }
}
