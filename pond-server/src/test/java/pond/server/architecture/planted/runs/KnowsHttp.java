package pond.server.architecture.planted.runs;

import okhttp3.OkHttpClient;

/** Breaks a fence on purpose. */
public record KnowsHttp(OkHttpClient client) {}
