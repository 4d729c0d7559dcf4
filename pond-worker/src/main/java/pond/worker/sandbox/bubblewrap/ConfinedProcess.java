package pond.worker.sandbox.bubblewrap;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.SandboxedProcess;

/** A command in its sandbox. */
public final class ConfinedProcess implements SandboxedProcess {
    private final SandboxedProcess process;
    private final CompletableFuture<Ended> ended;
    private final List<String> limits;
    private final Fate fate;

    ConfinedProcess(SandboxedProcess process, CompletableFuture<Ended> ended, List<String> limits, Fate fate) {
        this.process = process;
        this.ended = ended;
        this.limits = List.copyOf(limits);
        this.fate = fate;
    }

    /** What became of a sandbox beside its command's end: the limit for which it was ended, or why it never was. */
    static final class Fate {
        private final AtomicReference<@Nullable String> limit = new AtomicReference<>();
        private final AtomicReference<Probe.@Nullable Unavailable> failure = new AtomicReference<>();

        /** False when another one was first. */
        boolean set(String words) {
            return limit.compareAndSet(null, words);
        }

        void failed(Probe.Unavailable why) {
            failure.set(why);
        }

        Optional<String> get() {
            return Optional.ofNullable(limit.get());
        }
    }

    @Override
    public CompletableFuture<Ended> ended() {
        return ended.copy();
    }

    @Override
    public void stop(Duration grace) {
        process.stop(grace);
    }

    /** The limits in force, in words, such as {@code pids 1024 (rlimit)}. */
    public List<String> limits() {
        return limits;
    }

    /** Why the sandbox could not be set up, if that is how it ended. */
    public Optional<Probe.Unavailable> setupFailure() {
        return Optional.ofNullable(fate.failure.get());
    }

    /** Why the worker ended it, in words, when it used more than it may; empty otherwise. */
    public Optional<String> overLimit() {
        return fate.get();
    }
}
