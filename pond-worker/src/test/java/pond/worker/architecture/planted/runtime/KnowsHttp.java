package pond.worker.architecture.planted.runtime;

import okhttp3.OkHttpClient;

/** Breaks a fence on purpose. */
public record KnowsHttp(OkHttpClient client) {}
