package pond.server.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;
import pond.common.api.RunStatus;
import pond.common.api.StageStatus;
import pond.common.definition.ExecutorKind;
import pond.common.definition.RetryOn;
import pond.common.definition.RetrySpec;
import pond.server.dispatch.Effect.CallOffRetries;
import pond.server.dispatch.Effect.Enqueue;
import pond.server.dispatch.Effect.Revoke;
import pond.server.dispatch.Effect.Stop;
import pond.server.dispatch.Effect.Withdraw;
import pond.server.dispatch.RunEvent.End;
import pond.server.runs.Run;
import pond.server.stages.Stage;

/**
 * What an event makes of a run: a pure function from state and event to the next state and what has to be done about
 * jobs. It knows nothing of time, storage or workers. Which single moves are legal is in
 * {@link pond.server.runs.RunMoves} and {@link pond.server.stages.StageMoves}; a decision that would break them throws.
 */
final class RunMachine {
    /** Work that can be done twice without harm is done again when its worker is lost, this often in all. */
    private static final int IMPLICIT_ATTEMPTS = 3;

    private static final Set<ExecutorKind> REPEATABLE =
            Set.of(ExecutorKind.NOOP, ExecutorKind.BUILTIN, ExecutorKind.FETCH);

    private Run run;
    private final TreeMap<Integer, Stage> stages = new TreeMap<>();
    private final List<Effect> effects = new ArrayList<>();

    private RunMachine(Run run, List<Stage> stages) {
        this.run = run;
        stages.forEach(stage -> this.stages.put(stage.position(), stage));
    }

    /** The next state, stages in the order in which they were given, and what to do. */
    record Decision(Run run, List<Stage> stages, List<Effect> effects) {}

    static Decision decide(Run run, List<Stage> stages, RunEvent event) {
        RunMachine machine = new RunMachine(run, stages);
        machine.apply(event);
        return new Decision(machine.run, List.copyOf(machine.stages.values()), List.copyOf(machine.effects));
    }

    private void apply(RunEvent event) {
        if (run.status().isTerminal()) {
            throw new IllegalStateException("run " + run.id() + " has ended");
        }
        if (event instanceof RunEvent.Submitted) {
            queueReady();
        } else if (event instanceof RunEvent.Leased leased) {
            put(stage(leased.position()).running(leased.attempt(), leased.worker(), leased.at()));
            run = run.moved(run.status() == RunStatus.QUEUED ? RunStatus.RUNNING : run.status(), leased.at());
        } else if (event instanceof RunEvent.Ended ended) {
            ended(ended);
        } else if (event instanceof RunEvent.AreaEnded ended) {
            areaEnded(ended);
        } else if (event instanceof RunEvent.Unserved unserved) {
            fail(stage(unserved.position()), unserved.failure(), unserved.at());
        } else if (event instanceof RunEvent.CancelRequested) {
            cancel(event.at());
        } else if (event instanceof RunEvent.CancelOverdue || run.status() == RunStatus.CANCELLING) {
            // A run that reaches its limit while it is cancelled: nobody has said that nothing is alive.
            takeBack(StageStatus.CANCELLED, null, event.at());
            run = run.killUnconfirmed();
        } else if (event instanceof RunEvent.Expired expired) {
            run = run.failing(expired.failure());
            takeBack(StageStatus.FAILED, expired.failure(), expired.at());
            callOff(StageStatus.FAILED, expired.at());
        }
        settle(event.at());
    }

    private void ended(RunEvent.Ended event) {
        Failure failure = event.failure();
        Stage stage = stage(event.position())
                .reported(event.exitCode(), event.sandbox(), event.end() == End.DONE ? null : failure);
        if (run.status() == RunStatus.CANCELLING) {
            put(stage.ended(StageStatus.CANCELLED, event.at(), null));
            run = event.killConfirmed() ? run : run.killUnconfirmed();
        } else if (event.end() == End.DONE) {
            put(stage.ended(StageStatus.DONE, event.at(), null));
            if (run.error() == null) {
                queueReady();
            }
        } else if (run.error() == null
                && mayRetry(stage.plan().kind(), stage.plan().retry(), stage.attempt(), event.end())) {
            put(stage.queued());
            Duration backoff = Duration.ofSeconds(stage.plan().retry().backoffSec());
            effects.add(new Enqueue(stage.position(), stage.attempt() + 1, backoff));
        } else {
            Failure why = failure != null ? failure : new Failure("cancelled", "its worker ended it unasked");
            fail(stage, why, event.at());
        }
    }

    private void areaEnded(RunEvent.AreaEnded event) {
        Stage before = stage(event.position());
        Stage stage = before.reported(null, event.sandbox() == null ? before.sandbox() : event.sandbox(), null);
        Failure failure = event.failure();
        if (run.status() == RunStatus.CANCELLING && !event.killConfirmed()) {
            run = run.killUnconfirmed();
        }
        if (!event.over()) {
            put(stage);
        } else if (run.status() == RunStatus.CANCELLING) {
            put(stage.ended(StageStatus.CANCELLED, event.at(), null));
        } else if (failure != null) {
            fail(stage, failure, event.at());
        } else {
            put(stage.ended(StageStatus.DONE, event.at(), null));
            if (run.error() == null) {
                queueReady();
            }
        }
    }

    /** Whether what has ended so, in that attempt, is tried again; for stages and for their areas. */
    static boolean mayRetry(ExecutorKind kind, RetrySpec retry, int attempt, End end) {
        boolean listed = switch (end) {
            case DONE, CANCELLED -> false;
            case FAILED -> retry.on().contains(RetryOn.FAILED);
            case TIMEOUT -> retry.on().contains(RetryOn.TIMEOUT);
            case LOST -> retry.on().contains(RetryOn.WORKER_LOST);
        };
        boolean implied = end == End.LOST && REPEATABLE.contains(kind);
        int attempts = implied ? Math.max(IMPLICIT_ATTEMPTS, retry.maxAttempts()) : retry.maxAttempts();
        return (listed || implied) && attempt < attempts;
    }

    /** The first stage that fails decides: nothing new starts, what runs may finish. */
    private void fail(Stage stage, Failure failure, Instant at) {
        if (stage.status() == StageStatus.QUEUED) {
            effects.add(new Withdraw(stage.position()));
        }
        put(stage.ended(StageStatus.FAILED, at, failure));
        String about = "stage '" + stage.plan().key() + "': ";
        String message = failure.message().startsWith(about) ? failure.message() : about + failure.message();
        run = run.failing(new Failure(failure.code(), message));
        callOff(StageStatus.FAILED, at);
        stages.values().stream()
                .filter(other -> other.status() == StageStatus.RUNNING)
                .filter(other -> other.plan().kind() == ExecutorKind.SWARM)
                .forEach(other -> effects.add(new CallOffRetries(other.position())));
    }

    private void cancel(Instant at) {
        if (run.status() == RunStatus.CANCELLING) {
            return;
        }
        run = run.cancelRequested(at);
        callOff(StageStatus.CANCELLED, at);
        for (Stage stage : stages.values()) {
            if (stage.status() == StageStatus.RUNNING) {
                effects.add(new Stop(stage.position()));
                run = run.moved(RunStatus.CANCELLING, at);
            }
        }
    }

    /** Ends what has not started. A stage that waits for another attempt did start: it ends as {@code tried}. */
    private void callOff(StageStatus tried, Instant at) {
        for (Stage stage : List.copyOf(stages.values())) {
            if (stage.status() == StageStatus.QUEUED) {
                effects.add(new Withdraw(stage.position()));
            }
            if (stage.status() == StageStatus.QUEUED && stage.attempt() > 0) {
                put(stage.ended(tried, at, stage.error()));
            } else if (stage.status() == StageStatus.QUEUED || stage.status() == StageStatus.PENDING) {
                put(stage.ended(StageStatus.SKIPPED, at, null));
            }
        }
    }

    private void takeBack(StageStatus to, @Nullable Failure failure, Instant at) {
        for (Stage stage : List.copyOf(stages.values())) {
            if (stage.status() == StageStatus.RUNNING) {
                put(stage.ended(to, at, failure));
                effects.add(new Revoke(stage.position()));
            }
        }
    }

    private void queueReady() {
        for (Stage stage : List.copyOf(stages.values())) {
            if (stage.status() == StageStatus.PENDING
                    && stage.plan().predecessors().stream()
                            .allMatch(before -> stage(before).status() == StageStatus.DONE)) {
                put(stage.queued());
                effects.add(new Enqueue(stage.position(), 1, Duration.ZERO));
            }
        }
    }

    private void settle(Instant at) {
        if (stages.values().stream().allMatch(stage -> stage.status().isTerminal())) {
            RunStatus end = run.cancelRequestedAt() != null
                    ? RunStatus.CANCELLED
                    : run.error() != null ? RunStatus.FAILED : RunStatus.DONE;
            run = run.moved(end, at);
        }
    }

    private Stage stage(int position) {
        Stage stage = stages.get(position);
        if (stage == null) {
            throw new IllegalStateException("run " + run.id() + " has no stage " + position);
        }
        return stage;
    }

    private void put(Stage stage) {
        stages.put(stage.position(), stage);
    }
}
