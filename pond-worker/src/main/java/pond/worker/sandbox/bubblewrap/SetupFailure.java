package pond.worker.sandbox.bubblewrap;

import java.util.List;
import java.util.Locale;

/** What the programs that build a sandbox complain of, and what there is to do about it. Pure. */
final class SetupFailure {
    private static final List<Known> KNOWN = List.of(
            new Known(
                    List.of("rtm_newaddr: operation not permitted", "setting up uid map: permission denied"),
                    "sandbox_apparmor",
                    "AppArmor keeps bubblewrap from making a user namespace",
                    "load the profile bwrap-userns-restrict (package apparmor-profiles), or give /usr/bin/bwrap a profile"
                            + " that grants userns"),
            new Known(
                    List.of("no permissions to create new namespace", "no permissions to creating new namespace"),
                    "sandbox_no_userns",
                    "this machine lets nobody make a user namespace",
                    "in a container: allow user namespaces (seccomp, AppArmor, unmasked /proc), or run the worker on the"
                            + " host; else set kernel.unprivileged_userns_clone=1"),
            new Known(
                    List.of("creating new namespace failed", "enospc"),
                    "sandbox_no_userns",
                    "no further user namespace can be made here",
                    "raise user.max_user_namespaces, and do not run the worker inside another sandbox"),
            new Known(
                    List.of("setting up uid map: operation not permitted"),
                    "sandbox_stripped_root",
                    "the worker is root without the rights of root",
                    "run the worker as an ordinary user"),
            new Known(
                    List.of("failed to make / slave", "can't mount proc", "creating new root", "pivot_root"),
                    "sandbox_no_mounts",
                    "this container does not let bubblewrap mount",
                    "allow user namespaces and mounts in the container, or run the worker on the host"),
            new Known(
                    List.of("unshare: ", "mount: "),
                    "sandbox_no_overlay",
                    "the overlay that was to show the checkout could not be mounted",
                    "restart the worker: at its start it tries whether overlays work here, and else copies checkouts"),
            new Known(
                    List.of("unknown option"),
                    "sandbox_backend_too_old",
                    "this bubblewrap is too old",
                    "install bubblewrap 0.8 or later"),
            new Known(
                    List.of("can't find source path", "can't get type of source"),
                    "sandbox_unreachable",
                    "the stages' user cannot reach a folder of the worker",
                    "put the worker's state folder where that user can pass, such as /var/lib"),
            new Known(
                    List.of("setpriv: setresuid failed", "setpriv: setgroups failed", "setpriv: setresgid failed"),
                    "sandbox_stripped_root",
                    "the worker is root and cannot become another user",
                    "run the worker as an ordinary user"),
            new Known(
                    List.of("execvp /usr/bin/prlimit", "bwrap: not found", "failed to execute /usr/bin/bwrap"),
                    "sandbox_backend_missing",
                    "a program that sandboxes are made with is missing",
                    "install bubblewrap and util-linux"));

    private SetupFailure() {}

    private record Known(List<String> signs, String code, String text, String remedy) {
        boolean in(String stderr) {
            return signs.stream()
                    .anyMatch(sign -> sign.endsWith(": ") ? stderr.startsWith(sign) : stderr.contains(sign));
        }
    }

    /** What a line on stderr means. The line itself may name folders of the machine and is not part of the text. */
    static Probe.Unavailable read(String stderr) {
        String line = stderr.toLowerCase(Locale.ROOT);
        return KNOWN.stream()
                .filter(known -> known.in(line))
                .findFirst()
                .map(known -> new Probe.Unavailable(known.code(), known.text(), known.remedy()))
                .orElseGet(() -> new Probe.Unavailable(
                        "sandbox_setup_failed",
                        "the sandbox could not be set up",
                        "see the worker's own log, and run pond-worker doctor"));
    }
}
