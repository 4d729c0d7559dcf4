package pond.common.api;

import java.time.Instant;

/**
 * Why nothing is happening, and until when.
 *
 * @param code such as {@code no_capable_worker}
 * @param deadline when pond stops waiting
 * @param onDeadline what it does then, in words
 */
public record Waiting(String code, String message, Instant since, Instant deadline, String onDeadline) {}
