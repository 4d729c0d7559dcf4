package pond.server.architecture.planted.db;

import pond.server.architecture.planted.runs.KnowsSql;

/** Breaks a fence on purpose. */
public record EarlyRoom(KnowsSql later) {}
