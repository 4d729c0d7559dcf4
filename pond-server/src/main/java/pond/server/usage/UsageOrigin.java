package pond.server.usage;

import org.jspecify.annotations.Nullable;
import pond.common.ids.JobId;
import pond.common.ids.RunId;

/** Whose model calls: one attempt of one stage, or of one of its substages. */
public record UsageOrigin(RunId run, String stage, @Nullable String substage, int attempt, JobId job) {}
