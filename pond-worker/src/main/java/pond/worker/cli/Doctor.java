package pond.worker.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pond.worker.cli.Check.Result;
import pond.worker.runtime.WorkerConfig.Disk;
import pond.worker.sandbox.BareSandbox;
import pond.worker.sandbox.ChildEnvironment;
import pond.worker.sandbox.Command;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.ExitStatus;
import pond.worker.sandbox.JobMark;
import pond.worker.sandbox.bubblewrap.Bubblewrap;
import pond.worker.sandbox.bubblewrap.Probe;
import pond.worker.sandbox.bubblewrap.SandboxSettings;

/** Finds out what this machine can run, by trying where trying leaves nothing behind. */
final class Doctor {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final BareSandbox sandbox;
    private final Disk disk;

    Doctor(BareSandbox sandbox, Disk disk) {
        this.sandbox = sandbox;
        this.disk = disk;
    }

    /**
     * All answers.
     *
     * @param ok whether every kind of stage can be run; warnings do not count
     */
    record Report(boolean ok, List<Check> checks) {
        static Report of(List<Check> checks) {
            return new Report(checks.stream().noneMatch(check -> check.result() == Result.NO), List.copyOf(checks));
        }
    }

    Report examine() throws InterruptedException {
        List<Check> checks = new ArrayList<>();
        checks.add(new Check("noop", Result.OK, "needs nothing of the machine"));
        checks.add(new Check("builtin", Result.OK, "needs nothing of the machine"));
        checks.add(shell());
        checks.add(setsid());
        checks.add(proc());
        checks.add(stateDir());
        checks.add(sandbox());
        return Report.of(checks);
    }

    private Check shell() throws InterruptedException {
        Command command =
                new Command(List.of("/bin/sh", "-c", ":"), Path.of("/"), ChildEnvironment.of(JobMark.next("doctor")));
        Optional<Ended> ended = sandbox.start(command, (stream, line) -> {}).await(PATIENCE);
        if (ended.isEmpty()) {
            return new Check("shell", Result.NO, "/bin/sh did not end within " + PATIENCE.toSeconds() + " seconds");
        }
        ExitStatus status = ended.get().status();
        return status.equals(new ExitStatus.Exited(0))
                ? new Check("shell", Result.OK, "/bin/sh was started and has ended")
                : new Check("shell", Result.NO, "/bin/sh cannot be run: " + status);
    }

    private Check setsid() {
        return sandbox.means().session()
                ? new Check("setsid", Result.OK, "a stage has a session of its own")
                : new Check(
                        "setsid",
                        Result.WARNING,
                        "there is no setsid, so a stage's signals to its process group reach the worker; install util-linux");
    }

    /** In a folder that is gone afterwards; whether the stages' user gets to the real one is looked at without it. */
    private Check sandbox() throws InterruptedException {
        Probe.Result result;
        try {
            Path folder = Files.createTempDirectory("pond-doctor-");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
            try (Bubblewrap bubblewrap = Bubblewrap.open(SandboxSettings.of(folder, "doctor"))) {
                result = bubblewrap.stateFor(disk.stateDir());
            } finally {
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            return new Check("sandbox", Result.WARNING, "sandboxes cannot be tried: " + e.getMessage());
        }
        return result instanceof Probe.Unavailable unavailable
                ? new Check("sandbox", Result.WARNING, unavailable.text() + "; " + unavailable.remedy())
                : new Check("sandbox", Result.OK, "bubblewrap was tried in each profile, and holds");
    }

    private Check proc() {
        return sandbox.means().proc()
                ? new Check("/proc", Result.OK, "processes that a stage leaves behind are found and ended")
                : new Check(
                        "/proc",
                        Result.WARNING,
                        "/proc does not show this process, so what a stage leaves behind may not be found; mount proc");
    }

    /** Creates nothing: a folder that is not there yet is judged by where it would be. */
    private Check stateDir() {
        Path there = disk.stateDir().toAbsolutePath().normalize();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        if (!Files.isDirectory(there) || !Files.isWritable(there)) {
            return new Check(
                    "disk", Result.NO, there + " is not a folder that can be written; choose another state folder");
        }
        try {
            return room(there, Files.getFileStore(there).getUsableSpace());
        } catch (IOException e) {
            return new Check("disk", Result.NO, "the disk of " + there + " cannot be asked: " + e.getMessage());
        }
    }

    private Check room(Path folder, long free) {
        String sizes = "%d MiB are free at %s, %d are needed".formatted(free >> 20, folder, disk.minFreeBytes() >> 20);
        return free >= disk.minFreeBytes()
                ? new Check("disk", Result.OK, sizes)
                : new Check("disk", Result.NO, sizes + " before a stage is taken; make room");
    }
}
