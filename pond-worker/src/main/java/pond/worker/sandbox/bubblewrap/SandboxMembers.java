package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.worker.sandbox.Ended.Cleanup;
import pond.worker.sandbox.Members;

/**
 * The processes of one sandbox. The kernel ends them all with the first one inside; what is done here is to get there
 * without a gap.
 */
final class SandboxMembers implements Members {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxMembers.class);
    /** From the first process inside to the command: some milliseconds, on a busy machine some hundred. */
    private static final int LOOKS = 200;

    private static final long LOOK_MILLIS = 5;
    private static final Duration STOP_WITHIN = Duration.ofSeconds(1);

    private static final Duration DYING = Duration.ofMillis(50);
    private static final long DYING_CHECK_NANOS = 100_000;

    private final Process outer;
    private final SandboxStatus status;
    private final Members marked;
    private final SpawnThread spawn;

    /** @param marked finds what an early kill has left, by its mark */
    SandboxMembers(Process outer, SandboxStatus status, Members marked, SpawnThread spawn) {
        this.outer = outer;
        this.status = status;
        this.marked = marked;
        this.spawn = spawn;
    }

    /**
     * SIGTERM to all that runs inside, but not to bubblewrap: that would end at once, and everything with it. A sandbox
     * whose command has not begun has nothing to finish and is killed.
     */
    @Override
    public void terminate() {
        terminate(LOOKS);
    }

    private void terminate(int looks) {
        if (!outer.isAlive()) {
            return;
        }
        List<ProcessHandle> inside = inside();
        if (!inside.isEmpty()) {
            inside.forEach(ProcessHandle::destroy);
        } else if (looks > 0) {
            CompletableFuture.delayedExecutor(LOOK_MILLIS, TimeUnit.MILLISECONDS, spawn.helpers())
                    .execute(() -> terminate(looks - 1));
        } else {
            killMain(outer.toHandle());
        }
    }

    private List<ProcessHandle> inside() {
        return first().map(first -> first.descendants().toList()).orElseGet(List::of);
    }

    /** The first process inside. It is a child of the outer one, so another that was given its number is not taken for it. */
    private Optional<ProcessHandle> first() {
        return status.childPid()
                .flatMap(ProcessHandle::of)
                .filter(handle -> handle.parent()
                        .filter(parent -> parent.pid() == outer.pid())
                        .isPresent());
    }

    @Override
    public boolean alive() {
        return marked.alive();
    }

    /**
     * The outer process ends a moment before the first one inside, with which the kernel ends all others. So what is found
     * here is mostly dying already and says nothing of what the command left: only survivors count.
     */
    @Override
    public Cleanup kill(Duration limit) {
        status.childPid().ifPresent(SandboxMembers::awaitEnd);
        return new Cleanup(0, marked.kill(limit).survivors());
    }

    /** A moment's wait for what is dying by itself saves searching all of /proc for it. */
    private static void awaitEnd(long pid) {
        long start = System.nanoTime();
        while (runs(pid) && System.nanoTime() - start < DYING.toNanos()) {
            LockSupport.parkNanos(DYING_CHECK_NANOS);
        }
    }

    /** A process that nobody has taken note of is over all the same. */
    private static boolean runs(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            return !stat.startsWith(") Z", stat.lastIndexOf(')'));
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Stopped first, the outer process cannot make a child that its own death does not reach: a child arms that only
     * some milliseconds after it was made.
     */
    @Override
    public void killMain(ProcessHandle main) {
        stop();
        first().ifPresent(ProcessHandle::destroyForcibly);
        main.children().forEach(ProcessHandle::destroyForcibly);
        main.destroyForcibly();
    }

    private void stop() {
        if (!outer.isAlive()) {
            return;
        }
        try {
            // Java sends no other signals than two; the pid cannot have become another's while its child is not reaped.
            Process kill = spawn.start(
                    new ProcessBuilder("/bin/sh", "-c", "kill -STOP \"$1\"", "sh", Long.toString(outer.pid())));
            if (!kill.waitFor(STOP_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                kill.destroyForcibly();
            }
        } catch (IOException e) {
            LOG.warn("a sandbox is killed without being stopped first, and looked for by its mark: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
