package pond.worker.architecture.planted.runtime;

/** Breaks a fence on purpose. */
public final class StartsAProcess {
    boolean stop(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::destroy).orElse(false);
    }
}
