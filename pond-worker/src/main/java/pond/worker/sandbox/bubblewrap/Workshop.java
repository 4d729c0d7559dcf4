package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import pond.worker.sandbox.JobMark;
import pond.worker.sandbox.ProcessWatch;

/**
 * What the sandboxes of one worker share. Safe for use by several threads.
 *
 * @param starts the folder in which each start keeps its files
 * @param onSetupFailure told that a sandbox could not be set up; must not block
 */
record Workshop(
        SandboxHost host,
        Path starts,
        SpawnThread spawn,
        ProcessWatch watch,
        SizeWatch sizes,
        Optional<ControlGroups> groups,
        Runnable onSetupFailure) {

    Path startFolder(JobMark mark) {
        return starts.resolve(mark.random());
    }

    Optional<ControlGroup> group(JobMark mark, Limits limits) throws IOException {
        return groups.isPresent() ? Optional.of(groups.get().make(mark, limits)) : Optional.empty();
    }

    void setupFailed() {
        onSetupFailure.run();
    }
}
