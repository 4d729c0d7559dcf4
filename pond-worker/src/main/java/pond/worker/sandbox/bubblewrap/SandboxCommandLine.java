package pond.worker.sandbox.bubblewrap;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pond.worker.sandbox.OverlayMount;
import pond.worker.sandbox.bubblewrap.SandboxHost.RootEntry;

/**
 * The argument lists of a sandbox, from the policy of its stage. Pure: it looks at nothing and starts nothing. The order
 * of the options matters, bubblewrap carries them out one after the other.
 */
final class SandboxCommandLine {
    private static final int FILTER_FD = 3;
    private static final int ARGUMENTS_FD = 4;
    private static final int STATUS_FD = 5;
    private static final long ROOT_BYTES = 1 << 20;

    /**
     * Java hands on no descriptors, so a shell opens them; as it replaces itself the pid stays. Above the worker and the
     * machine's services, stages are what the kernel ends first when memory runs out.
     */
    private static final String OPEN = "{ echo 500 >/proc/self/oom_score_adj; } 2>/dev/null; ";

    private static final String JOIN = "echo 0 >\"$4\" || exit 125; ";
    private static final String EXEC = "exec 3<\"$1\" 4<\"$2\" 5>\"$3\"; shift %d; exec \"$@\"";

    private SandboxCommandLine() {}

    /**
     * Files of one start, none of which its stage sees.
     *
     * @param arguments the options of bubblewrap, each ended by NUL
     * @param status where bubblewrap tells of its child, as JSON
     * @param group the process list of the stage's cgroup, if it has one
     */
    record StartFiles(Path arguments, Path status, Optional<Path> group) {}

    /** What the worker starts: programs of which each replaces the one before, with bubblewrap as the last. */
    static List<String> launch(
            SandboxPolicy policy,
            SandboxHost host,
            StartFiles files,
            Optional<OverlayMount> overlay,
            List<String> command) {
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c"));
        argv.add(OPEN
                + (files.group().isPresent() ? JOIN : "")
                + EXEC.formatted(files.group().isPresent() ? 4 : 3));
        argv.addAll(List.of("sh", host.filter().toString()));
        argv.addAll(List.of(files.arguments().toString(), files.status().toString()));
        files.group().ifPresent(group -> argv.add(group.toString()));
        if (host.user().drop()) {
            argv.addAll(List.of(
                    host.programs().setpriv().toString(),
                    "--reuid=" + host.user().uid(),
                    "--regid=" + host.user().gid(),
                    "--clear-groups",
                    "--inh-caps=-all",
                    "--bounding-set=-all",
                    "--no-new-privs"));
        }
        List<String> bubblewrap =
                new ArrayList<>(List.of(host.programs().bubblewrap().toString(), "--args", "" + ARGUMENTS_FD, "--"));
        bubblewrap.addAll(resourceLimits(policy.limits(), host));
        bubblewrap.addAll(command);
        argv.addAll(overlay.isPresent() ? overlay.get().wrap(bubblewrap) : bubblewrap);
        return List.copyOf(argv);
    }

    private static List<String> resourceLimits(Limits limits, SandboxHost host) {
        HardLimits most = host.hardLimits();
        long core = Math.min(1, most.core());
        return List.of(
                host.programs().prlimit().toString(),
                "--nproc=" + Math.min(limits.pids(), most.processes()),
                // Zero would still start a core handler that takes a pipe, core(5); but one is more than some workers
                // have.
                "--core=" + core + ":" + core,
                "--fsize=" + Math.min(limits.fileSize(), most.fileSize()),
                "--nofile=" + Math.min(limits.openFiles(), most.openFiles()),
                "--");
    }

    /** The options of bubblewrap itself. */
    static List<String> options(
            SandboxPolicy policy, SandboxHost host, StageFolders folders, Map<String, String> variables) {
        List<String> options = new ArrayList<>(
                List.of("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"));
        if (folders.checkout().overlay().isPresent()) {
            // Who mounts an overlay is root of a namespace of its own. Bubblewrap becomes who it was again, or files
            // inside
            // would be root's.
            options.addAll(List.of(
                    "--uid", "" + host.user().uid(), "--gid", "" + host.user().gid()));
        }
        if (!(policy.network() instanceof Network.Host)) {
            options.add("--unshare-net");
        }
        options.addAll(List.of("--disable-userns", "--die-with-parent", "--new-session", "--hostname", "pond"));
        options.addAll(List.of("--cap-drop", "ALL", "--seccomp", "" + FILTER_FD));
        options.addAll(List.of("--json-status-fd", "" + STATUS_FD));
        system(options, policy, host);
        places(options, policy, host, folders);
        options.addAll(List.of("--remount-ro", "/", "--chdir", SandboxPaths.SOURCE));
        variables.forEach((name, value) -> options.addAll(List.of("--setenv", name, value)));
        return List.copyOf(options);
    }

    private static void system(List<String> options, SandboxPolicy policy, SandboxHost host) {
        options.addAll(List.of("--perms", "0755", "--size", "" + ROOT_BYTES, "--tmpfs", "/"));
        options.addAll(List.of("--ro-bind", "/usr", "/usr"));
        for (RootEntry entry : host.root()) {
            options.addAll(
                    entry instanceof RootEntry.Link link
                            ? List.of("--symlink", link.target(), link.path())
                            : List.of(
                                    "--ro-bind", ((RootEntry.Folder) entry).path(), ((RootEntry.Folder) entry).path()));
        }
        options.addAll(List.of("--ro-bind", host.etc().toString(), "/etc"));
        if (policy.network() instanceof Network.Host) {
            // As they are now: a machine can change its name servers while the worker runs.
            for (String file : List.of("/etc/resolv.conf", "/etc/hosts")) {
                options.addAll(List.of("--ro-bind-try", file, file));
            }
        }
        options.addAll(List.of("--ro-bind-try", "/opt", "/opt"));
        options.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
        memory(options, "1777", policy.limits().shared(), "/dev/shm");
        options.addAll(List.of("--remount-ro", "/dev"));
    }

    private static void places(List<String> options, SandboxPolicy policy, SandboxHost host, StageFolders folders) {
        if (policy.onDisk()) {
            options.addAll(List.of("--bind", folders.temp().toString(), SandboxPaths.TEMP));
            folder(options, "/home");
            options.addAll(List.of("--bind", folders.home().toString(), SandboxPaths.HOME));
        } else {
            memory(options, "1777", policy.limits().temporary(), SandboxPaths.TEMP);
            folder(options, "/home");
            memory(options, "0700", policy.limits().temporary(), SandboxPaths.HOME);
        }
        folder(options, "/run");
        folder(options, "/run/pond");
        folder(options, "/var");
        options.addAll(List.of("--symlink", "/tmp", "/var/tmp", "--symlink", "/run", "/var/run"));
        // After all that would lie over a folder in /tmp or get into the way of one in /var/tmp.
        host.tools().forEach(tool -> options.addAll(List.of("--ro-bind", tool.toString(), place(tool.toString()))));
        folder(options, "/stage");
        boolean writable =
                policy.checkout() == CheckoutMount.WRITABLE && !(folders.checkout() instanceof CheckoutFolder.Shared);
        options.addAll(List.of(
                writable ? "--bind" : "--ro-bind", folders.checkout().shown().toString(), SandboxPaths.SOURCE));
        options.addAll(List.of("--bind", folders.output().toString(), SandboxPaths.OUTPUT));
        options.addAll(List.of("--ro-bind", folders.inputs().toString(), SandboxPaths.INPUTS));
        options.addAll(List.of("--ro-bind", folders.inputsByStage().toString(), SandboxPaths.INPUTS_BY_STAGE));
        if (folders.homeFilled() && !policy.onDisk()) {
            options.addAll(List.of("--ro-bind", folders.home().toString(), SandboxPaths.HOME_FILES));
        }
        folders.broker()
                .ifPresent(
                        socket -> options.addAll(List.of("--ro-bind", socket.toString(), SandboxPaths.BROKER_SOCKET)));
        folders.egress()
                .ifPresent(
                        socket -> options.addAll(List.of("--ro-bind", socket.toString(), SandboxPaths.EGRESS_SOCKET)));
    }

    /** Where a link of the sandbox's own leads: nothing can be mounted behind a link. */
    private static String place(String path) {
        return path.startsWith("/var/tmp/") || path.startsWith("/var/run/") ? path.substring("/var".length()) : path;
    }

    private static void folder(List<String> options, String path) {
        options.addAll(List.of("--perms", "0755", "--dir", path));
    }

    private static void memory(List<String> options, String mode, long bytes, String path) {
        options.addAll(List.of("--perms", mode, "--size", Long.toString(bytes), "--tmpfs", path));
    }
}
