package pond.server.architecture.planted.runs;

import io.javalin.http.Context;

/** Breaks a fence on purpose. */
public record KnowsJavalin(Context context) {}
