package pond.server.preflight;

import java.util.Set;
import pond.server.config.UnconfinedShell;

/**
 * What this server demands of a run.
 *
 * @param requireSandbox no stage may run unconfined
 * @param unconfinedShell who may run a shell stage as a plain subprocess of a worker
 * @param requiredLabels keys of labels that every run must carry
 * @param folderSources whether a root for {@code folder} sources is set
 */
public record PreflightSettings(
        boolean requireSandbox, UnconfinedShell unconfinedShell, Set<String> requiredLabels, boolean folderSources) {
    public PreflightSettings {
        requiredLabels = Set.copyOf(requiredLabels);
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
