package pond.server.architecture.planted;

import java.io.IOException;

/** Breaks a rule on purpose. */
public final class StartsAProcess {
    Object build() throws IOException {
        return new ProcessBuilder("true").start();
    }

    Object execute() throws IOException {
        return Runtime.getRuntime().exec(new String[] {"true"});
    }

    boolean kill(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false);
    }
}
