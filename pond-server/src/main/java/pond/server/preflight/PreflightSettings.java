package pond.server.preflight;

import java.util.List;
import java.util.Set;
import pond.server.config.UnconfinedShell;
import pond.server.sources.guard.AllowedHost;

/**
 * What this server demands of a run.
 *
 * @param requireSandbox no stage may run unconfined
 * @param unconfinedShell who may run a shell stage as a plain subprocess of a worker
 * @param requiredLabels keys of labels that every run must carry
 * @param folderSources whether a root for {@code folder} sources is set
 * @param callbackHosts hosts of callbacks that may be private or loopback, and plain http
 */
public record PreflightSettings(
        boolean requireSandbox,
        UnconfinedShell unconfinedShell,
        Set<String> requiredLabels,
        boolean folderSources,
        List<AllowedHost> callbackHosts) {
    public PreflightSettings {
        requiredLabels = Set.copyOf(requiredLabels);
        callbackHosts = List.copyOf(callbackHosts);
    }

    boolean mayRunPlain(boolean trusted) {
        return !requireSandbox
                && switch (unconfinedShell) {
                    case ALL -> true;
                    case SERVICE -> trusted;
                    case NONE -> false;
                };
    }
}
