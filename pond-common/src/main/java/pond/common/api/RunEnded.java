package pond.common.api;

import java.util.UUID;

/**
 * What a callback is sent when a run has ended.
 *
 * @param event {@link #EVENT}
 * @param delivery the same with every attempt
 * @param run as it was at its end, without its definition
 */
public record RunEnded(String event, UUID delivery, RunView run) {
    public static final String EVENT = "run.ended";
}
