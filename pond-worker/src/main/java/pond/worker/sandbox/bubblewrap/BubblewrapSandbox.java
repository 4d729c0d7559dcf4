package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.worker.sandbox.Command;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.ExitStatus;
import pond.worker.sandbox.JobMark;
import pond.worker.sandbox.Members;
import pond.worker.sandbox.OutputSink;
import pond.worker.sandbox.Sandbox;
import pond.worker.sandbox.SandboxedProcess;
import pond.worker.sandbox.bubblewrap.ConfinedProcess.Fate;
import pond.worker.sandbox.bubblewrap.SandboxCommandLine.StartFiles;

/**
 * The sandbox of one stage: its policy and its folders. A command's directory does not count here, it starts in the
 * checkout. Safe for use by several threads.
 */
public final class BubblewrapSandbox implements Sandbox {
    private static final Logger LOG = LoggerFactory.getLogger(BubblewrapSandbox.class);
    private static final int NOT_FOUND = 127;
    private static final int NOT_EXECUTABLE = 126;
    private static final String COPY_HOME =
            "cp -R -p " + SandboxPaths.HOME_FILES + "/. " + SandboxPaths.HOME + "/ || exit 125; exec \"$@\"";

    private final Workshop workshop;
    private final SandboxPolicy policy;
    private final StageFolders folders;

    BubblewrapSandbox(Workshop workshop, SandboxPolicy policy, StageFolders folders) {
        this.workshop = workshop;
        this.policy = policy;
        this.folders = folders;
    }

    private record Streams(StderrGate gate, OutputSink sink) {}

    @Override
    public ConfinedProcess start(Command command, OutputSink sink) {
        Optional<ControlGroup> group = Optional.empty();
        Path files = workshop.startFolder(command.environment().mark());
        try {
            Files.createDirectory(files);
            group = workshop.group(command.environment().mark(), policy.limits());
            return start(command, sink, files, group);
        } catch (IOException e) {
            LOG.error("a sandbox could not be started", e);
            clean(files, group);
            return neverStarted("the worker could not start the sandbox");
        }
    }

    private ConfinedProcess start(Command command, OutputSink sink, Path folder, Optional<ControlGroup> group)
            throws IOException {
        StartFiles files =
                new StartFiles(folder.resolve("args"), folder.resolve("status"), group.map(ControlGroup::processes));
        LateVariables late = LateVariables.of(command.environment().variables(), withHome(command.argv()));
        writeOptions(files.arguments(), late.variables());
        ProcessBuilder builder = new ProcessBuilder(SandboxCommandLine.launch(
                        policy, workshop.host(), files, folders.checkout().overlay(), late.command()))
                .directory(Path.of("/").toFile())
                .redirectInput(command.input().redirect());
        Map<String, String> environment = builder.environment();
        environment.clear();
        // The programs that build the sandbox are given nothing of the stage's; it gets its variables inside.
        environment.put(JobMark.VARIABLE, command.environment().mark().toString());

        Process process = workshop.spawn().start(builder);
        SandboxStatus status = new SandboxStatus(files.status());
        Members members =
                new SandboxMembers(process, status, workshop.watch().marked(process, command), workshop.spawn());
        StderrGate gate = new StderrGate(sink);
        SandboxedProcess running = workshop.watch().follow(process, command, members, gate);
        command.input().feed(process, workshop.watch().threads());
        Fate fate = new Fate();
        SizeWatch.Watched watched = new SizeWatch.Watched(policy, folders, status, group.isPresent(), words -> {
            if (fate.set(words)) {
                members.killMain(process.toHandle());
            }
        });
        workshop.sizes().add(watched);
        CompletableFuture<Ended> ended = running.ended()
                .thenApply(end -> judge(end, status, new Streams(gate, sink), fate))
                .whenComplete((end, failure) -> {
                    workshop.sizes().remove(watched);
                    clean(folder, group);
                });
        return new ConfinedProcess(running, ended, LimitWords.of(policy, group.isPresent()), fate);
    }

    /** A HOME in memory begins empty: what was laid out for it is copied there before the command starts. */
    private List<String> withHome(List<String> argv) {
        if (policy.onDisk() || !folders.homeFilled()) {
            return argv;
        }
        List<String> copying = new ArrayList<>(List.of("/bin/sh", "-c", COPY_HOME, "pond-home"));
        copying.addAll(argv);
        return copying;
    }

    private void writeOptions(Path file, Map<String, String> variables) throws IOException {
        List<String> options = SandboxCommandLine.options(policy, workshop.host(), folders, variables);
        StringBuilder text = new StringBuilder();
        options.forEach(option -> text.append(option).append('\0'));
        Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
    }

    /** Without a word about the command's end in the status it never ran, whatever the exit code looks like. */
    private Ended judge(Ended ended, SandboxStatus status, Streams streams, Fate fate) {
        Optional<String> held = streams.gate().take();
        boolean ran = status.exitCode().isPresent();
        if (!ran && !ended.stopped() && ended.status() instanceof ExitStatus.Exited) {
            String line = held.orElse("nothing on stderr");
            LOG.warn("a sandbox could not be set up: {}", line);
            Probe.Unavailable failure = SetupFailure.read(line);
            fate.failed(failure);
            workshop.setupFailed();
            return couldNotStart(ended, failure.code() + ": " + failure.text());
        }
        if (ended.status() instanceof ExitStatus.Exited exited
                && (exited.code() == NOT_FOUND || exited.code() == NOT_EXECUTABLE)
                && held.filter(line -> line.startsWith("prlimit: failed to execute"))
                        .isPresent()) {
            return couldNotStart(
                    ended, exited.code() == NOT_FOUND ? "program not found" : "program is not an executable file");
        }
        held.ifPresent(line -> streams.sink().line(OutputSink.Stream.STDERR, line));
        return ended;
    }

    private static Ended couldNotStart(Ended ended, String reason) {
        return new Ended(new ExitStatus.CouldNotStart(reason), ended.stopped(), ended.cleanup(), ended.output());
    }

    private static ConfinedProcess neverStarted(String reason) {
        SandboxedProcess none = SandboxedProcess.neverStarted(reason);
        return new ConfinedProcess(none, none.ended(), List.of(), new Fate());
    }

    private static void clean(Path folder, Optional<ControlGroup> group) {
        group.ifPresent(ControlGroup::close);
        try {
            for (Path file : List.of(folder.resolve("args"), folder.resolve("status"), folder)) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.warn("the files of a sandbox's start stay until the worker's next start: {}", e.toString());
        }
    }

    @Override
    public int sweep(String workerMark) {
        return workshop.watch().sweep(workerMark);
    }
}
