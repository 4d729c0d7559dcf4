package pond.worker.sandbox.bubblewrap;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The beginning of a stage's command that leads loopback ports to the sockets bound for it, and becomes the command once
 * they listen. Pure.
 */
final class Relay {
    private static final String LISTEN = "%s TCP-LISTEN:%d,bind=127.0.0.1,fork,reuseaddr,backlog=128"
            + " UNIX-CONNECT:%s </dev/null >/dev/null 2>&1 & ";

    /** Address and port as /proc/net/tcp writes them, and the state that means listening. */
    private static final String LISTENS = "/usr/bin/grep -q '0100007F:%04X .* 0A ' /proc/net/tcp";

    /** A command never starts without its way out: five seconds in steps of ten milliseconds. */
    private static final String WAIT = "n=0; until %s; do n=$((n+1)); [ $n -lt 500 ] || exit 125; "
            + "/usr/bin/sleep 0.01; done; unset n; exec \"$@\"";

    private Relay() {}

    /** Empty where the stage has no socket. */
    static List<String> before(Optional<Path> socat, StageFolders folders) {
        List<String> starts = new ArrayList<>();
        List<String> checks = new ArrayList<>();
        folders.egress().ifPresent(socket -> {
            starts.add(listen(socat, SandboxPaths.EGRESS_PORT, SandboxPaths.EGRESS_SOCKET));
            checks.add(LISTENS.formatted(SandboxPaths.EGRESS_PORT));
        });
        folders.broker().ifPresent(socket -> {
            starts.add(listen(socat, SandboxPaths.BROKER_PORT, SandboxPaths.BROKER_SOCKET));
            checks.add(LISTENS.formatted(SandboxPaths.BROKER_PORT));
        });
        return starts.isEmpty()
                ? List.of()
                : List.of("/bin/sh", "-c", String.join("", starts) + WAIT.formatted(String.join(" && ", checks)), "sh");
    }

    private static String listen(Optional<Path> socat, int port, String socket) {
        Path program = socat.orElseThrow(() -> new IllegalArgumentException("a way out needs socat"));
        return LISTEN.formatted(program, port, socket);
    }
}
