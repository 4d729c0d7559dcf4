package pond.worker.architecture.planted.transport;

/** What {@code KnowsTheTransport} must not know. */
public record Wire() {}
