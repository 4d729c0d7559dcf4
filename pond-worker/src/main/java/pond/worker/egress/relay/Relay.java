package pond.worker.egress.relay;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;

/**
 * Puts a relay before a command. The command starts when all ports listen, in the very process that the relay was
 * started from, so its pid and its exit status are what they would be without a relay; when a port does not listen
 * within five seconds, the exit status is 125 and the command never runs. The relay is nobody's child but the
 * sandbox's first process's, holds none of the command's streams, and ends with the sandbox's pid namespace. Needs
 * {@code sh}, {@code grep}, {@code sleep} and {@code /proc} inside the sandbox, and counts towards its limit of
 * processes: two and one for each connection. Immutable.
 */
public final class Relay {
    /** How many connections of a port may be open at once: the proxy itself takes no more than half of that. */
    static final int MAX_CONNECTIONS = 128;

    /** Seconds for which one direction may stay open after the other has ended. */
    private static final int HALF_OPEN_SECONDS = 60;

    private final String kind;
    private final String start;

    private Relay(String kind, String start) {
        this.kind = kind;
        this.start = start;
    }

    /** The quicker one, by a program that the sandbox must have at this path. */
    public static Relay socat(Path socat) {
        return new Relay(
                "socat",
                quoted(socat) + " -t" + HALF_OPEN_SECONDS
                        + " TCP-LISTEN:PORT,bind=127.0.0.1,fork,reuseaddr,backlog=128," + "max-children="
                        + MAX_CONNECTIONS + " UNIX-CONNECT:\"$1\"");
    }

    /**
     * The one that needs nothing but the worker itself.
     *
     * @param java the program, as the sandbox sees it
     * @param classes the worker's jar, as the sandbox sees it
     */
    public static Relay java(Path java, Path classes) {
        // The stage's own options are not for this one: a debugger's agent among them would wait for its debugger.
        return new Relay(
                "java",
                "env -u JAVA_TOOL_OPTIONS -u JDK_JAVA_OPTIONS -u _JAVA_OPTIONS " + quoted(java)
                        + " -Xmx32m -Xss256k -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -cp "
                        + quoted(classes)
                        + " " + RelayMain.class.getName() + " PORT \"$1\"");
    }

    /** The quicker one where this machine has it among the files that every sandbox sees, else the other. */
    public static Relay choose(Path socat, Path java, Path classes) {
        return Files.isExecutable(socat) ? socat(socat) : java(java, classes);
    }

    /** {@code socat} or {@code java}. */
    public String kind() {
        return kind;
    }

    /**
     * The command with its relays before it.
     *
     * @param command program and arguments; what they are does not matter
     * @param sockets for each port on 127.0.0.1 the path of its unix socket inside the sandbox; without any, the command
     *     stays as it is
     */
    public List<String> wrap(List<String> command, SortedMap<Integer, String> sockets) {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("no command");
        }
        if (sockets.isEmpty()) {
            return List.copyOf(command);
        }
        StringBuilder starts = new StringBuilder();
        StringBuilder waits = new StringBuilder();
        List<String> wrapped = new ArrayList<>(List.of("/bin/sh", "-c", "", "pond-relay"));
        sockets.forEach((port, socket) -> {
            if (port < 1 || port > 65_535 || !socket.matches("/[A-Za-z0-9._/-]{1,106}")) {
                throw new IllegalArgumentException("not a port and a socket: " + port + " " + socket);
            }
            // In a subshell, so that the relay is no child of the command.
            starts.append("(").append(start.replace("PORT", String.valueOf(port)));
            starts.append(" </dev/null >/dev/null 2>&1 &)\nshift\n");
            waits.append("pond_listening ")
                    .append(port)
                    .append(" ")
                    .append(hex(port))
                    .append("\n");
            wrapped.add(socket);
        });
        wrapped.set(2, starts + LISTENING + waits + "exec \"$@\"\n");
        wrapped.addAll(command);
        return List.copyOf(wrapped);
    }

    /**
     * State 0A is LISTEN; the address is 127.0.0.1 in the byte order of x86 and ARM. Five full seconds by the machine's
     * uptime, since a number of looks is no measure of time on a busy machine. The names of the variables are ours, so
     * that none of the command's own environment is changed.
     */
    private static final String LISTENING = """
            read -r pond_up pond_rest </proc/uptime
            pond_end=$((${pond_up%.*} + 6))
            pond_listening() {
              until grep -q "0100007F:$2 00000000:0000 0A " /proc/net/tcp; do
                read -r pond_up pond_rest </proc/uptime
                if [ "${pond_up%.*}" -ge "$pond_end" ]; then
                  echo "pond-relay: 127.0.0.1:$1 does not listen" >&2
                  exit 125
                fi
                sleep 0.01
              done
            }
            """;

    private static String hex(int port) {
        return String.format(Locale.ROOT, "%04X", port);
    }

    private static String quoted(Path path) {
        return "'" + path.toString().replace("'", "'\\''") + "'";
    }
}
