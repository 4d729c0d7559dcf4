package pond.worker.executors.swarm;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import pond.common.definition.ExecutorSpec;

/** Decides when an agent has been silent for too long. Times are those of {@link System#nanoTime}. Threads may share it. */
public final class Vigil {
    private final Patience patience;
    private volatile long startedAt;
    private volatile OptionalLong lastLine = OptionalLong.empty();

    /**
     * How long an agent is waited for.
     *
     * @param start until its first sign of life
     * @param silence between two signs of life
     */
    public record Patience(Duration start, Duration silence) {
        public static Patience of(ExecutorSpec.Swarm stage) {
            return new Patience(
                    Duration.ofSeconds(stage.startTimeoutSec()), Duration.ofSeconds(stage.noOutputTimeoutSec()));
        }
    }

    public Vigil(Patience patience) {
        this.patience = patience;
    }

    /** The agent was started; to be called before {@link #end}. */
    public void begin(long now) {
        startedAt = now;
    }

    /** The agent printed something. */
    public void line(long now) {
        lastLine = OptionalLong.of(now);
    }

    /**
     * Why the agent is to be stopped; empty while there is hope.
     *
     * @param lastByte when bytes last went to or from its model
     */
    public Optional<SwarmFailure> end(long now, OptionalLong lastByte) {
        if (lastLine.isEmpty() && lastByte.isEmpty()) {
            return now - startedAt < patience.start().toNanos()
                    ? Optional.empty()
                    : Optional.of(new SwarmFailure(
                            "start_timeout",
                            "the agent neither printed a line nor called its model within "
                                    + patience.start().toSeconds() + " s"));
        }
        long sinceLine = lastLine.isEmpty() ? Long.MAX_VALUE : now - lastLine.getAsLong();
        long sinceByte = lastByte.isEmpty() ? Long.MAX_VALUE : now - lastByte.getAsLong();
        return Math.min(sinceLine, sinceByte) < patience.silence().toNanos()
                ? Optional.empty()
                : Optional.of(new SwarmFailure(
                        "no_output_timeout",
                        "the agent printed no line and nothing went to or from its model for "
                                + patience.silence().toSeconds() + " s"));
    }
}
