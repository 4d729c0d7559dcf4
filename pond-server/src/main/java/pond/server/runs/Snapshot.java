package pond.server.runs;

import org.jspecify.annotations.Nullable;
import pond.common.api.RerunOf;

/**
 * What was submitted, as JSON texts. {@code sources} is what readers see, without secrets; the rest of the sources is
 * sealed.
 *
 * @param definition as the caller wrote it; empty where a reader did not ask for it
 */
record Snapshot(
        String trigger,
        @Nullable String sha,
        String definition,
        String sources,
        @Nullable String sealedSources,
        @Nullable String context,
        String labels,
        @Nullable String callbackUrl,
        @Nullable RerunOf rerunOf) {}
