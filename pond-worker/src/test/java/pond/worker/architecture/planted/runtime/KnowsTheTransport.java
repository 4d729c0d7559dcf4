package pond.worker.architecture.planted.runtime;

import pond.worker.architecture.planted.transport.Wire;

/** Breaks a fence on purpose. */
public record KnowsTheTransport(Wire wire) {}
