package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import pond.worker.sandbox.bubblewrap.SandboxHost.Programs;
import pond.worker.sandbox.bubblewrap.SandboxHost.RootEntry;
import pond.worker.sandbox.bubblewrap.SeccompFilter.Machine;

/** Finds out what sandboxes are to be made of here, and lays out the worker's folder for them. */
final class HostSurvey {
    private static final List<String> BESIDE_USR = List.of("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32");

    private static final List<String> PROGRAM_FOLDERS = List.of("/usr/bin", "/bin", "/usr/local/bin");

    /** What every sandbox shows as it is. */
    private static final List<Path> SHOWN = List.of(Path.of("/usr"), Path.of("/opt"));

    /** Folders that a sandbox makes for itself, or must never show. */
    private static final List<Path> NOT_TOOLS = Stream.of(
                    "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/proc", "/root", "/run", "/stage", "/sys",
                    "/tmp", "/var")
            .map(Path::of)
            .toList();

    private final SandboxSettings settings;

    private HostSurvey(SandboxSettings settings) {
        this.settings = settings;
    }

    /** The folder in the state folder that belongs to this room. */
    static Path folder(Path state) {
        return state.resolve("sandbox");
    }

    /** What an earlier worker left in the folder is removed first. */
    static SandboxHost survey(SandboxSettings settings) throws UnavailableException {
        return survey(settings, PROGRAM_FOLDERS);
    }

    /** @param folders where the programs that build a sandbox are looked for */
    static SandboxHost survey(SandboxSettings settings, List<String> folders) throws UnavailableException {
        HostSurvey survey = new HostSurvey(settings);
        Machine machine = Machine.named(System.getProperty("os.arch", ""))
                .orElseThrow(() -> new UnavailableException(
                        "sandbox_no_filter",
                        "there is no system call filter for this machine",
                        "run the worker on x86_64 or aarch64"));
        Programs programs = programs(folders);
        SandboxUser user = user(settings);
        try {
            Path state = Files.createDirectories(settings.stateDir()).toRealPath();
            survey.requireHidden(state);
            List<Path> tools = survey.tools(state);
            Path folder = folder(state);
            delete(folder);
            survey.makeWay(state, folder, user);
            Path etc = folder.resolve("etc");
            EtcFolder.make(Path.of("/etc"), etc, user);
            Path filter = Files.write(folder.resolve("filter"), SeccompFilter.program(machine));
            Files.createDirectory(folder.resolve("starts"), ownerOnly());
            HardLimits hard = HardLimits.parse(Files.readAllLines(Path.of("/proc/self/limits")));
            return new SandboxHost(programs, root(), etc, tools, filter, user, hard);
        } catch (IOException e) {
            throw new UnavailableException(
                    "sandbox_state_dir",
                    "the worker's folder for sandboxes cannot be laid out: " + e.getMessage(),
                    "give the worker a state folder that it can write, with room in it");
        }
    }

    /** Whom sandboxes run as here. */
    static SandboxUser user(SandboxSettings settings) throws UnavailableException {
        return SandboxUser.choose(SandboxUser.self(), settings.user(), Path.of("/etc/passwd"));
    }

    private static Programs programs(List<String> folders) throws UnavailableException {
        Path bubblewrap = find(folders, "bwrap")
                .orElseThrow(() -> new UnavailableException(
                        "sandbox_backend_missing",
                        "bubblewrap is not installed",
                        "install it: apt-get install bubblewrap, or scripts/install-sandbox"));
        Path setpriv = find(folders, "setpriv").orElseThrow(HostSurvey::noUtilLinux);
        Path prlimit =
                find(folders, "prlimit").filter(path -> path.startsWith("/usr")).orElseThrow(HostSurvey::noUtilLinux);
        return new Programs(bubblewrap, setpriv, prlimit);
    }

    private static UnavailableException noUtilLinux() {
        return new UnavailableException(
                "sandbox_backend_missing",
                "setpriv and prlimit are not installed",
                "install them: apt-get install util-linux");
    }

    private static Optional<Path> find(List<String> folders, String program) {
        return folders.stream()
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** As the machine has it: links into /usr, or folders. */
    private static List<RootEntry> root() throws IOException {
        List<RootEntry> entries = new ArrayList<>();
        for (String name : BESIDE_USR) {
            Path path = Path.of(name);
            if (Files.isSymbolicLink(path)) {
                entries.add(
                        new RootEntry.Link(name, Files.readSymbolicLink(path).toString()));
            } else if (Files.isDirectory(path)) {
                entries.add(new RootEntry.Folder(name));
            }
        }
        return entries;
    }

    private void requireHidden(Path state) throws IOException, UnavailableException {
        List<Path> hidden = new ArrayList<>(List.of(state));
        for (Path secret : settings.secret()) {
            hidden.add(
                    Files.exists(secret)
                            ? secret.toRealPath()
                            : secret.toAbsolutePath().normalize());
        }
        for (Path path : hidden) {
            if (SHOWN.stream().anyMatch(path::startsWith)) {
                throw new UnavailableException(
                        "sandbox_state_visible",
                        path + " would be visible in every sandbox",
                        "move it out of " + SHOWN.get(0) + " and " + SHOWN.get(1) + ", to /var/lib for one");
            }
        }
    }

    private List<Path> tools(Path state) throws IOException, UnavailableException {
        List<Path> tools = new ArrayList<>();
        for (Path tool : settings.tools()) {
            if (!tool.isAbsolute() || !Files.isDirectory(tool)) {
                throw refusedTool(tool, "is not the absolute path of a folder");
            }
            Path real = tool.toRealPath();
            if (!real.equals(tool) || NOT_TOOLS.contains(real)) {
                throw refusedTool(tool, "is a link or a folder that no sandbox shows");
            }
            for (Path secret : settings.secret()) {
                requireApart(tool, real, secret.toAbsolutePath().normalize());
            }
            requireApart(tool, real, state);
            tools.add(real);
        }
        return tools;
    }

    private static void requireApart(Path tool, Path real, Path secret) throws UnavailableException {
        if (secret.startsWith(real) || real.startsWith(secret)) {
            throw refusedTool(tool, "would show what is the worker's own");
        }
    }

    private static UnavailableException refusedTool(Path tool, String why) {
        return new UnavailableException(
                "sandbox_tool_dir", "the tool folder " + tool + " " + why, "change or drop this tool folder");
    }

    /** A user that the worker drops to must get to what it is to see; what it finds on the way it cannot list. */
    private void makeWay(Path state, Path folder, SandboxUser user) throws IOException, UnavailableException {
        Files.createDirectory(folder, ownerOnly());
        if (!user.drop()) {
            return;
        }
        for (Path own : List.of(state, folder)) {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(own);
            mode.add(PosixFilePermission.OTHERS_EXECUTE);
            Files.setPosixFilePermissions(own, mode);
        }
        requireReachable(state, user);
    }

    /** What is not there yet will be made so that the user can pass. */
    static void requireReachable(Path state, SandboxUser user) throws IOException, UnavailableException {
        for (Path above = state.getParent(); user.drop() && above != null; above = above.getParent()) {
            if (Files.exists(above)
                    && !Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                throw new UnavailableException(
                        "sandbox_unreachable",
                        "uid " + user.uid() + ", whom stages run as, cannot pass " + above,
                        "put the worker's state folder where every user can pass, such as /var/lib/pond-worker");
            }
        }
    }

    private static FileAttribute<Set<PosixFilePermission>> ownerOnly() {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    }

    /** Nothing in it was ever written by a stage. */
    static void delete(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(folder);
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
