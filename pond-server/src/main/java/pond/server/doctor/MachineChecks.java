package pond.server.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pond.server.config.ServerConfig;
import pond.server.config.UnconfinedShell;
import pond.server.local.LocalSurvey;

/** What stages would get that the server runs itself. */
final class MachineChecks {
    private final LocalSurvey machine;
    private final ServerConfig config;

    MachineChecks(LocalSurvey machine, ServerConfig config) {
        this.machine = machine;
        this.config = config;
    }

    List<Check> examine() throws InterruptedException {
        List<Check> checks = new ArrayList<>();
        if (config.localExecutors().contains("shell")) {
            Optional<String> fault = machine.shellFault();
            checks.add(
                    fault.isPresent()
                            ? Check.no("shell", "/bin/sh cannot be run: " + fault.get())
                            : Check.ok("shell", "/bin/sh was started and has ended"));
            checks.add(means());
            checks.add(git());
        }
        checks.add(sandbox());
        return checks;
    }

    private Check means() {
        if (!machine.sessions()) {
            return Check.warning(
                    "processes",
                    "there is no setsid, so a stage's signals to its process group reach the server; install util-linux");
        }
        return machine.proc()
                ? Check.ok("processes", "a stage has a session of its own, and what it leaves behind is found")
                : Check.warning(
                        "processes",
                        "/proc does not show this process, so what a stage leaves behind may not be found; mount proc");
    }

    /** The server fetches sources without it. */
    private Check git() throws InterruptedException {
        return machine.gitVersion()
                .map(version -> Check.ok("git", version + " for shell stages; the server fetches sources without it"))
                .orElseGet(() -> Check.warning(
                        "git", "there is no git for shell stages that call it; the server fetches sources without it"));
    }

    private Check sandbox() {
        String bubblewrap = machine.bubblewrap()
                .map(path -> "; bubblewrap is at " + path + ", so a worker on this machine may have sandboxes")
                .orElse("; bubblewrap is not installed, so a worker on this machine would have no sandboxes either");
        if (!config.localExecutors().contains("shell")) {
            return Check.ok("sandbox", "the server runs no shell stages itself" + bubblewrap);
        }
        if (config.requireSandbox() || config.unconfinedShell() == UnconfinedShell.NONE) {
            return Check.ok(
                    "sandbox", "shell stages need a worker with sandboxes, which the server's own is not" + bubblewrap);
        }
        String whose = config.unconfinedShell() == UnconfinedShell.ALL ? "all runs" : "runs of the service token";
        String plain =
                "shell stages of " + whose + " without a sandbox block run here with all rights of the server's user";
        return machine.isRoot()
                ? Check.warning("sandbox", plain + ", who is root; run the server as a user of its own" + bubblewrap)
                : Check.ok("sandbox", plain + bubblewrap);
    }
}
