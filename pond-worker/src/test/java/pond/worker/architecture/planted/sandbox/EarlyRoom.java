package pond.worker.architecture.planted.sandbox;

import pond.worker.architecture.planted.runtime.KnowsPicocli;

/** Breaks a fence on purpose. */
public record EarlyRoom(KnowsPicocli later) {}
