package pond.server.http;

import org.jspecify.annotations.Nullable;

/**
 * Where a request stands in a trace.
 *
 * @param traceId 32 hex digits
 * @param spanId of the request itself, 16 hex digits
 * @param parentId of its caller's span; null when the caller has none
 * @param sampled whether the caller records its part; true without a caller
 */
public record TraceIds(
        String traceId, String spanId, @Nullable String parentId, boolean sampled) {}
