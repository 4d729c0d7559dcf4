package pond.server.dispatch;

import java.time.Duration;

/** What must be done about an area's job when a decision is applied. */
sealed interface AreaEffect {
    String key();

    /** Queue another attempt, after a delay. */
    record Enqueue(String key, int attempt, Duration delay) implements AreaEffect {}

    /** Take the queued job back; it was never handed out. */
    record Withdraw(String key) implements AreaEffect {}

    /** Tell the worker to end the job. */
    record Stop(String key) implements AreaEffect {}

    /** Take the job from its worker. */
    record Revoke(String key) implements AreaEffect {}
}
