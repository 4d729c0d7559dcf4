package pond.worker.executors;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.util.Optional;
import java.util.OptionalLong;
import pond.common.api.LogStream;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.SandboxProfile;
import pond.common.ids.ArtifactName;
import pond.common.protocol.Invocation;
import pond.common.protocol.Outcome;
import pond.worker.executors.swarm.AgentResult;
import pond.worker.executors.swarm.StageFiles;
import pond.worker.executors.swarm.SwarmFailure;
import pond.worker.executors.swarm.Transcript;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.ExitStatus;

/**
 * Judges an agent that ended by itself. Exit codes lie, of success and of failure: where the stage wants a result, the
 * result decides, and an exit code beside it is only told in the log. Without one to look for, the exit code is all there is.
 *
 * @param trouble why the last call of its model failed
 */
record AgentEnd(ExecutionContext context, ExecutorSpec.Swarm stage, Invocation invocation, Optional<String> trouble) {
    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;
    private static final int SIGNALLED = 128;

    /** @param called whether it ever called its model */
    Outcome outcome(Transcript transcript, Ended ended, boolean called) throws IOException, InterruptedException {
        int code = code(ended.status());
        if ((code == NOT_FOUND || code == NOT_EXECUTABLE) && !called && transcript.isEmpty()) {
            return missing(code);
        }
        try {
            ExecutorSpec.Swarm.Parse parse = stage.parse();
            if (parse != null) {
                return parsed(transcript, parse, code);
            }
            if (code != 0) {
                return Outcome.failed("agent_failed", exited(code) + because(), code);
            }
            if (stage.writesArtifact() != null) {
                requireArtifact(name(stage.writesArtifact()));
            }
            return Outcome.done(0);
        } catch (SwarmFailure e) {
            return Outcome.failed(e.code(), e.text() + because(), code);
        }
    }

    /** What the system says of a program that it cannot start, before anything came of it. */
    private Outcome missing(int code) {
        String program = invocation.harness().commandTemplate().get(0);
        return Outcome.failed(
                "harness_missing",
                "'" + program + "' of harness '" + invocation.harness().key() + "' "
                        + (code == NOT_FOUND ? "was not found" : "could not be executed")
                        + " in the sandbox (exit code " + code
                        + "): install it where the worker's sandboxes see it, such as a folder of --tool-dirs",
                code);
    }

    private Outcome parsed(Transcript transcript, ExecutorSpec.Swarm.Parse parse, int code)
            throws IOException, SwarmFailure {
        String result;
        try {
            result = AgentResult.in(transcript, invocation.harness().output(), parse);
        } catch (SwarmFailure e) {
            if (code != 0 && e.code().equals("no_result_block")) {
                throw new SwarmFailure("agent_failed", exited(code) + " and left no result block");
            }
            throw e;
        }
        write(name(parse.output()), result);
        if (stage.writesArtifact() != null) {
            write(name(stage.writesArtifact()), result);
        }
        if (code != 0) {
            context.line(LogStream.SYSTEM, exited(code) + ", but its result is there, and that counts");
        }
        return Outcome.done(code);
    }

    private void write(ArtifactName name, String result) throws IOException, SwarmFailure {
        try {
            StageFiles.ofOutput(context.output()).write(name, result);
        } catch (DirectoryNotEmptyException | AccessDeniedException e) {
            throw new SwarmFailure(
                    "artifact_missing",
                    "the result could not be written as '" + name + "': the agent left something there that cannot be"
                            + " removed");
        }
    }

    /** The output folder has it, or it is brought there from the checkout, if that was the agent's to write. */
    private void requireArtifact(ArtifactName name) throws IOException, InterruptedException, SwarmFailure {
        StageFiles output = StageFiles.ofOutput(context.output());
        boolean writable = stage.sandbox().profile() == SandboxProfile.UNTRUSTED_CODE_WRITE;
        OptionalLong size = output.size(name);
        if (size.isEmpty() && writable) {
            size = new FromCheckout(name, output, mostBytes()).bring(context);
        }
        if (size.isEmpty()) {
            throw new SwarmFailure(
                    "artifact_missing",
                    "the agent left no file '" + name + "' in its output folder"
                            + (writable ? " or its checkout" : ""));
        }
        if (size.getAsLong() > mostBytes()) {
            throw new SwarmFailure(
                    "artifact_missing", "the agent's file '" + name + "' is larger than " + mostBytes() + " bytes");
        }
    }

    private long mostBytes() {
        return context.job().limits().artifactBytes();
    }

    private static ArtifactName name(String text) throws SwarmFailure {
        return ArtifactName.parse(text)
                .orElseThrow(() -> new SwarmFailure("artifact_missing", "'" + text + "' can be no artifact's name"));
    }

    private String because() {
        return trouble.map(words -> "; " + words).orElse("");
    }

    private static String exited(int code) {
        String signal = code > SIGNALLED ? ", as after " + Signals.name(code - SIGNALLED) : "";
        return "the agent exited with " + code + signal;
    }

    /** Shells, and Java, tell a signal as an exit code; some agents choose such codes themselves. */
    private static int code(ExitStatus status) {
        if (status instanceof ExitStatus.Exited exited) {
            return exited.code();
        }
        return status instanceof ExitStatus.Signalled signalled ? SIGNALLED + signalled.signal() : SIGNALLED;
    }
}
