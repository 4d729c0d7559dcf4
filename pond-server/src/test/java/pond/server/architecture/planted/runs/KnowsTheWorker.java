package pond.server.architecture.planted.runs;

import pond.worker.executors.Executor;

/** Breaks a fence on purpose. */
public record KnowsTheWorker(Executor executor) {}
