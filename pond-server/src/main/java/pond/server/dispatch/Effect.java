package pond.server.dispatch;

import java.time.Duration;

/** What must be done about a stage's jobs when a decision is applied. */
sealed interface Effect {
    int position();

    /** Queue another attempt, after a delay. */
    record Enqueue(int position, int attempt, Duration delay) implements Effect {}

    /** Take the queued job back; it was never handed out. */
    record Withdraw(int position) implements Effect {}

    /** Tell the worker to end the job. */
    record Stop(int position) implements Effect {}

    /** Take the job from its worker; what that still says of it is refused. */
    record Revoke(int position) implements Effect {}

    /** The run has failed elsewhere: areas of the running stage that wait for another attempt get none. */
    record CallOffRetries(int position) implements Effect {}
}
