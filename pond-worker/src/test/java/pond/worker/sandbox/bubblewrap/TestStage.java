package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.common.definition.SandboxSpec.Overrides;
import pond.worker.sandbox.ChildEnvironment;
import pond.worker.sandbox.Command;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.JobMark;
import pond.worker.sandbox.OutputSink.Stream;
import pond.worker.sandbox.OverlayMount;
import pond.worker.sandbox.bubblewrap.SandboxPolicy.Enforcement;

/** A stage that runs in a real sandbox, with folders of its own below a state folder. */
final class TestStage {
    static final String WORKER = "sandbox-test-" + ProcessHandle.current().pid();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String PATH = "/usr/bin:/bin";

    final Queue<String> stdout = new ConcurrentLinkedQueue<>();
    final Queue<String> stderr = new ConcurrentLinkedQueue<>();
    final StageFolders folders;
    final JobMark mark = JobMark.next(WORKER);
    private final ConfinedProcess process;

    private TestStage(Bubblewrap bubblewrap, StageFolders folders, SandboxPolicy policy, Command command)
            throws IOException, SandboxRefusedException {
        this.folders = folders;
        this.process = bubblewrap
                .sandbox(policy, folders)
                .start(new Command(command.argv(), command.directory(), environment(command)), (stream, line) -> {
                    (stream == Stream.STDOUT ? stdout : stderr).add(line);
                });
    }

    private ChildEnvironment environment(Command command) {
        Map<String, String> variables =
                new LinkedHashMap<>(command.environment().variables());
        variables.remove(JobMark.VARIABLE);
        return ChildEnvironment.of(mark).withAll(variables);
    }

    /** What to run in which profile, with the worker's usual limits. */
    record Setup(SandboxProfile profile, @Nullable Overrides overrides, Map<String, String> env) {
        static Setup of(SandboxProfile profile) {
            return new Setup(profile, null, Map.of());
        }

        Setup with(Overrides some) {
            return new Setup(profile, some, env);
        }

        Setup with(Map<String, String> variables) {
            return new Setup(profile, overrides, variables);
        }
    }

    static TestStage start(Bubblewrap bubblewrap, Path state, Setup setup, List<String> argv) throws Exception {
        Path job = Files.createDirectories(state.resolve("work/" + UUID.randomUUID()));
        StageFolders folders = folders(job, new CheckoutFolder.Own(folder(job, "src"), 0));
        return new TestStage(bubblewrap, folders, policy(setup), command(argv, setup));
    }

    /** Over a tree in the state folder that stages share; it must belong to their user. */
    static TestStage overlaid(Bubblewrap bubblewrap, Path lower, Setup setup, List<String> argv) throws Exception {
        return overlaid(bubblewrap, lower, policy(setup), command(argv, setup));
    }

    /** As above, with a policy that no block asks for. */
    static TestStage overlaid(Bubblewrap bubblewrap, Path lower, SandboxPolicy policy, List<String> argv)
            throws Exception {
        return overlaid(bubblewrap, lower, policy, command(argv, Setup.of(policy.profile())));
    }

    private static TestStage overlaid(Bubblewrap bubblewrap, Path lower, SandboxPolicy policy, Command command)
            throws Exception {
        Path job = Files.createDirectories(lower.resolveSibling("work/" + UUID.randomUUID()));
        OverlayMount mount =
                new OverlayMount(lower, folder(job, "upper"), folder(job, "kernel"), folder(job, "merged"));
        return new TestStage(bubblewrap, folders(job, new CheckoutFolder.Overlaid(mount)), policy, command);
    }

    private static StageFolders folders(Path job, CheckoutFolder checkout) throws IOException {
        return new StageFolders(
                checkout,
                folder(job, "out"),
                folder(job, "in"),
                folder(job, "in-by-stage"),
                folder(job, "home"),
                folder(job, "tmp"));
    }

    private static SandboxPolicy policy(Setup setup) throws SandboxRefusedException {
        SandboxSpec block = new SandboxSpec(setup.profile(), null, null, List.of(), setup.overrides());
        return SandboxPolicy.of(block, new Enforcement(false, true));
    }

    private static Command command(List<String> argv, Setup setup) {
        ChildEnvironment environment = ChildEnvironment.of(JobMark.next(WORKER))
                .withAll(Map.of("PATH", PATH, "HOME", SandboxPaths.HOME, "TMPDIR", SandboxPaths.TEMP))
                .withStage(setup.env());
        return new Command(argv, Path.of("/"), environment);
    }

    static TestStage start(Bubblewrap bubblewrap, Path state, SandboxProfile profile, String script) throws Exception {
        return start(bubblewrap, state, Setup.of(profile), List.of("sh", "-c", script));
    }

    private static Path folder(Path job, String name) throws IOException {
        return Files.createDirectory(job.resolve(name));
    }

    ConfinedProcess process() {
        return process;
    }

    Ended end() throws InterruptedException {
        return process.await(PATIENCE).orElseThrow(() -> new AssertionError("it does not end: " + stdout + stderr));
    }

    List<String> stdout() {
        return List.copyOf(stdout);
    }

    List<String> stderr() {
        return List.copyOf(stderr);
    }
}
