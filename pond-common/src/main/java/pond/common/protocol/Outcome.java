package pond.common.protocol;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pond.common.api.Failure;

/**
 * How an attempt ended.
 *
 * @param exitCode of the stage's process, where there was one and it exited
 * @param error null exactly when the result is {@link Result#DONE} or {@link Result#CANCELLED}
 * @param killConfirmed whether the worker saw that nothing of the stage's process tree is alive
 */
public record Outcome(
        Result result, @Nullable Integer exitCode, @Nullable Failure error, boolean killConfirmed) {

    public static Outcome done(@Nullable Integer exitCode) {
        return new Outcome(Result.DONE, exitCode, null, true);
    }

    public static Outcome failed(String code, String message, @Nullable Integer exitCode) {
        return new Outcome(Result.FAILED, exitCode, new Failure(code, message), true);
    }

    public static Outcome timeout(String message) {
        return new Outcome(Result.TIMEOUT, null, new Failure("timeout", message), true);
    }

    public static Outcome cancelled() {
        return new Outcome(Result.CANCELLED, null, null, true);
    }

    /** The same end, with what is known about survivors. */
    public Outcome withKillConfirmed(boolean confirmed) {
        return new Outcome(result, exitCode, error, confirmed);
    }

    /** The ways an attempt can end while its worker is there to tell. */
    public enum Result {
        DONE,
        FAILED,
        TIMEOUT,
        CANCELLED;

        @JsonValue
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
