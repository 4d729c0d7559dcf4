package pond.worker.executors;

import java.util.LinkedHashMap;
import java.util.Map;
import pond.common.protocol.Job;
import pond.worker.sandbox.ChildEnvironment;
import pond.worker.sandbox.JobMark;
import pond.worker.sandbox.bubblewrap.SandboxPaths;

/** The variables of a stage that is a process: pond's, then the stage's own. */
final class ShellVariables {
    private ShellVariables() {}

    /** Where a stage finds its folders, as it sees them. */
    record Places(String output, String inputs, String inputsByStage, String home, String temp) {
        /** The same in every sandbox. */
        static final Places CONFINED = new Places(
                SandboxPaths.OUTPUT,
                SandboxPaths.INPUTS,
                SandboxPaths.INPUTS_BY_STAGE,
                SandboxPaths.HOME,
                SandboxPaths.TEMP);
    }

    /**
     * All variables of the stage.
     *
     * @param own the stage's
     *
     * @throws IllegalArgumentException when the stage sets one that is pond's
     */
    static ChildEnvironment of(
            Job job, Map<String, String> own, JobMark mark, Places places, Map<String, String> more) {
        Map<String, String> given = new LinkedHashMap<>();
        given.put("POND_RUN_ID", job.run().toString());
        given.put("POND_STAGE", job.stage());
        if (job.substage() != null) {
            given.put("POND_SUBSTAGE", job.substage());
        }
        given.put("POND_ATTEMPT", Integer.toString(job.attempt()));
        given.put("POND_PROJECT_ID", job.project().toString());
        given.put("POND_OUTPUT_DIR", places.output());
        given.put("POND_INPUT_DIR", places.inputs());
        given.put("POND_INPUTS_BY_STAGE", places.inputsByStage());
        given.put("CI", "true");
        given.put("HOME", places.home());
        given.put("TMPDIR", places.temp());
        given.put("PATH", ShellExecutor.PATH);
        given.put("LANG", "C.UTF-8");
        return ChildEnvironment.of(mark).withAll(given).withAll(more).withStage(own);
    }
}
