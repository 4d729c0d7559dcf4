package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.worker.sandbox.ChildEnvironment;
import pond.worker.sandbox.Command;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.ExitStatus;
import pond.worker.sandbox.JobMark;
import pond.worker.sandbox.bubblewrap.SandboxPolicy.Enforcement;

/** Tries the sandbox on itself: the real argument lists, and from inside whether they hold. */
public final class Probe {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String SECRET = "pond-canary";

    /** Each check prints a word when it fails; the shell's own words do not count, so the end says that all were done. */
    private static final String CHECKS = """
            [ -e "$1" ] && echo files
            [ -e /etc/shadow ] && echo shadow
            while IFS=: read -r name rest; do
              case "$name" in *'|'*) ;; *[!\\ ]*) [ "${name##* }" = lo ] || echo network ;; esac
            done </proc/net/dev
            while read -r key value; do
              case "$key" in
                Uid:) [ "${value%%[!0-9]*}" = 0 ] && echo root ;;
                CapEff:) [ "$value" = 0000000000000000 ] || echo capabilities ;;
                NoNewPrivs:) [ "$value" = 1 ] || echo no_new_privs ;;
                Seccomp:) [ "$value" = 2 ] || echo seccomp ;;
              esac
            done </proc/self/status
            /usr/bin/unshare -U /bin/true 2>/dev/null && echo userns
            (: >/usr/pond-probe) 2>/dev/null && echo usr
            (: >/stage/src/pond-probe) 2>/dev/null && echo checkout
            [ -d /sys/kernel ] && echo sys
            echo done
            """;

    private final Workshop workshop;
    private final Path state;
    private final Path folder;

    /** @param state the worker's state folder, in which the stages are played */
    Probe(Workshop workshop, Path state) {
        this.workshop = workshop;
        this.state = state;
        this.folder = HostSurvey.folder(state).resolve("probe");
    }

    /** Whether this machine runs sandboxes as they are meant to be. */
    public sealed interface Result permits Capabilities, Unavailable {}

    /**
     * It does.
     *
     * @param words to advertise, {@code sandbox.bubblewrap} among them
     * @param hardLimits whether the kernel keeps bounds on memory and cores
     */
    public record Capabilities(Set<String> words, boolean hardLimits) implements Result {
        public Capabilities {
            words = Set.copyOf(words);
        }
    }

    /**
     * It does not, and no stage that asks for a sandbox runs here.
     *
     * @param code such as {@code sandbox_backend_missing}
     * @param text why, in one sentence
     * @param remedy what an operator does about it
     */
    public record Unavailable(String code, String text, String remedy) implements Result {}

    /** Plays a stage of each profile; takes some tens of milliseconds. */
    Result run() throws InterruptedException {
        try {
            StageFolders folders = folders();
            Path canary = Files.writeString(folder.resolve(SECRET), SECRET);
            for (SandboxProfile profile : List.of(
                    SandboxProfile.UNTRUSTED_CODE_READ,
                    SandboxProfile.UNTRUSTED_CODE_WRITE,
                    SandboxProfile.TRUSTED_CODE)) {
                Optional<Unavailable> failure = play(profile, folders, canary);
                if (failure.isPresent()) {
                    return failure.get();
                }
            }
        } catch (IOException | SandboxRefusedException e) {
            return new Unavailable(
                    "sandbox_state_dir",
                    "a sandbox could not be tried: " + e.getMessage(),
                    "give the worker a state folder that it can write, with room in it");
        }
        return new Capabilities(
                Set.of("sandbox." + SandboxPolicy.BACKEND), workshop.groups().isPresent());
    }

    private StageFolders folders() throws IOException {
        List<Path> all = new ArrayList<>();
        Files.createDirectories(folder);
        for (String name : List.of("src", "out", "in", "in-by-stage", "home", "tmp")) {
            all.add(Files.createDirectories(folder.resolve(name)));
        }
        return new StageFolders(
                new CheckoutFolder.Own(all.get(0), 0), all.get(1), all.get(2), all.get(3), all.get(4), all.get(5));
    }

    private Optional<Unavailable> play(SandboxProfile profile, StageFolders folders, Path canary)
            throws IOException, SandboxRefusedException, InterruptedException {
        boolean checked = profile == SandboxProfile.UNTRUSTED_CODE_READ;
        List<String> argv = checked ? List.of("/bin/sh", "-c", CHECKS, "sh", canary.toString()) : List.of("/bin/true");
        SandboxPolicy policy =
                SandboxPolicy.of(new SandboxSpec(profile, null, null, List.of(), null), new Enforcement(true, true));
        StageFolders given = new Handover(state, workshop.host().user()).give(folders);
        List<String> lines = new CopyOnWriteArrayList<>();
        List<String> errors = new CopyOnWriteArrayList<>();
        Command command = new Command(argv, folder, ChildEnvironment.of(JobMark.next("probe")));
        ConfinedProcess process = new BubblewrapSandbox(workshop, policy, given)
                .start(command, (stream, line) -> (stream.name().equals("STDOUT") ? lines : errors).add(line));
        Optional<Ended> ended = process.await(PATIENCE);
        if (ended.isEmpty()) {
            process.stop(Duration.ZERO);
            return Optional.of(holds(profile, "it did not end within " + PATIENCE.toSeconds() + " seconds"));
        }
        if (ended.get().status() instanceof ExitStatus.CouldNotStart) {
            return Optional.of(process.setupFailure().orElseGet(() -> holds(profile, "it could not be started")));
        }
        if (!ended.get().status().equals(new ExitStatus.Exited(0))) {
            return Optional.of(holds(profile, "it ended with " + ended.get().status() + " " + errors));
        }
        return checked && !lines.equals(List.of("done"))
                ? Optional.of(holds(profile, "these do not hold: " + String.join(", ", lines)))
                : Optional.empty();
    }

    private static Unavailable holds(SandboxProfile profile, String what) {
        return new Unavailable(
                "sandbox_does_not_hold",
                "a sandbox of profile " + profile + " was tried and " + what,
                "see the worker's log; a kernel of 5.14 or later with user namespaces and seccomp is needed");
    }
}
