package pond.worker.egress.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exact argument lists, no process. */
class RelayTest {
    private static final List<String> COMMAND = List.of("make", "-j", "$HOME; rm *");

    private static List<String> wrap(Relay relay, Map<Integer, String> sockets) {
        return relay.wrap(COMMAND, new TreeMap<>(sockets));
    }

    @Test
    void socatListensOnEveryPortBeforeTheCommandStarts() {
        List<String> wrapped = wrap(
                Relay.socat(Path.of("/usr/bin/socat")),
                Map.of(3129, "/run/pond/broker.sock", 3128, "/run/pond/egress.sock"));

        assertThat(wrapped)
                .containsExactly(
                        "/bin/sh",
                        "-c",
                        """
                        ('/usr/bin/socat' -t60 TCP-LISTEN:3128,bind=127.0.0.1,fork,reuseaddr,backlog=128,max-children=128 UNIX-CONNECT:"$1" </dev/null >/dev/null 2>&1 &)
                        shift
                        ('/usr/bin/socat' -t60 TCP-LISTEN:3129,bind=127.0.0.1,fork,reuseaddr,backlog=128,max-children=128 UNIX-CONNECT:"$1" </dev/null >/dev/null 2>&1 &)
                        shift
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
                        pond_listening 3128 0C38
                        pond_listening 3129 0C39
                        exec "$@"
                        """,
                        "pond-relay",
                        "/run/pond/egress.sock",
                        "/run/pond/broker.sock",
                        "make",
                        "-j",
                        "$HOME; rm *");
    }

    @Test
    void javaNeedsNothingButTheWorker() {
        List<String> wrapped =
                wrap(Relay.java(Path.of("/opt/it's/java"), Path.of("/opt/pond.jar")), Map.of(80, "/run/pond/e.sock"));

        assertThat(wrapped.get(2))
                .startsWith(
                        "(env -u JAVA_TOOL_OPTIONS -u JDK_JAVA_OPTIONS -u _JAVA_OPTIONS '/opt/it'\\''s/java' -Xmx32m"
                                + " -Xss256k -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -cp '/opt/pond.jar'"
                                + " pond.worker.egress.relay.RelayMain 80 \"$1\" </dev/null >/dev/null 2>&1 &)\nshift\n")
                .endsWith("\npond_listening 80 0050\nexec \"$@\"\n");
        assertThat(wrapped.subList(3, wrapped.size()))
                .containsExactly("pond-relay", "/run/pond/e.sock", "make", "-j", "$HOME; rm *");
    }

    @Test
    void withoutSocketsTheCommandStaysAsItIs() {
        assertThat(wrap(Relay.socat(Path.of("/usr/bin/socat")), Map.of())).isEqualTo(COMMAND);
    }

    @Test
    void socatIsChosenWhereItIs(@TempDir Path temp) {
        assertThat(Relay.choose(Path.of("/bin/sh"), temp, temp).kind()).isEqualTo("socat");
        assertThat(Relay.choose(temp.resolve("none"), temp, temp).kind()).isEqualTo("java");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "relative.sock", "/run/a b", "/run/a\"$(x)", "/run/a,fork", "/run/a:b"})
    void aPathThatSocatOrTheShellWouldReadIsRefused(String socket) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> wrap(Relay.socat(Path.of("/usr/bin/socat")), Map.of(3128, socket)));
    }

    @Test
    void aPortThatIsNoneIsRefused() {
        Relay relay = Relay.socat(Path.of("/usr/bin/socat"));
        assertThatIllegalArgumentException().isThrownBy(() -> wrap(relay, Map.of(0, "/run/x")));
        assertThatIllegalArgumentException().isThrownBy(() -> wrap(relay, Map.of(65_536, "/run/x")));
        assertThatIllegalArgumentException().isThrownBy(() -> relay.wrap(List.of(), new TreeMap<>()));
    }
}
