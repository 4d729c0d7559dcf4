package pond.worker.egress.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Relays in a real sandbox without a network, and what the command notices of them. */
@Timeout(90)
class RelaySandboxTest {
    enum Kind {
        SOCAT,
        JAVA;

        Relay relay() {
            return this == SOCAT
                    ? Relay.socat(Path.of("/usr/bin/socat"))
                    : Relay.java(
                            Path.of(System.getProperty("java.home"), "bin", "java"),
                            Path.of("target", "classes").toAbsolutePath());
        }
    }

    private record Done(int exit, String out, String err, Duration time) {}

    @TempDir
    private Path temp;

    private ServerSocketChannel shouter;

    /** Answers every connection with what it said first, in capitals. */
    @BeforeEach
    void start() throws IOException {
        shouter = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        shouter.bind(UnixDomainSocketAddress.of(temp.resolve("s")));
        Thread thread = new Thread(this::shout);
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void stop() throws IOException {
        shouter.close();
    }

    private void shout() {
        while (shouter.isOpen()) {
            try (SocketChannel client = shouter.accept()) {
                ByteBuffer bytes = ByteBuffer.allocate(1000);
                client.read(bytes);
                String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
                client.write(
                        ByteBuffer.wrap(text.toUpperCase(java.util.Locale.ROOT).getBytes(StandardCharsets.US_ASCII)));
            } catch (IOException e) {
                // Closed, or a client that left.
            }
        }
    }

    private Done run(Relay relay, Map<Integer, String> sockets, String... command) throws Exception {
        List<String> argv = new ArrayList<>(List.of(
                "bwrap",
                "--unshare-net",
                "--unshare-pid",
                "--die-with-parent",
                "--ro-bind",
                "/",
                "/",
                "--proc",
                "/proc",
                "--dev",
                "/dev",
                "--"));
        argv.addAll(relay.wrap(List.of(command), new TreeMap<>(sockets)));
        long begun = System.nanoTime();
        Process process = new ProcessBuilder(argv)
                .redirectOutput(temp.resolve("out").toFile())
                .redirectError(temp.resolve("err").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        Duration time = Duration.ofNanos(System.nanoTime() - begun);
        return new Done(
                process.exitValue(),
                Files.readString(temp.resolve("out")),
                Files.readString(temp.resolve("err")),
                time);
    }

    private Map<Integer, String> socket() {
        return Map.of(3128, temp.resolve("s").toString());
    }

    @ParameterizedTest
    @EnumSource
    void thePortLeadsToTheSocketFromTheFirstMomentOn(Kind kind) throws Exception {
        Map<Integer, String> two = Map.of(
                3128, temp.resolve("s").toString(), 3129, temp.resolve("s").toString());
        String script =
                "for port in 3128 3129 3128; do exec 3<>/dev/tcp/127.0.0.1/$port; echo hello $port >&3; cat <&3; done";

        Done done = run(kind.relay(), two, "bash", "-c", script);

        assertThat(done.out()).isEqualTo("HELLO 3128\nHELLO 3129\nHELLO 3128\n");
        assertThat(done.err()).isEmpty();
        assertThat(done.exit()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void theCommandIsAloneWithItsStreamsAndItsExitStatus(Kind kind) throws Exception {
        // Children of the command's own shell, its argument as it was, and a signal that reaches it by its own pid.
        String script = "cat /proc/$$/task/$$/children; echo; printf '%s\\n' \"$1\"; exit 7";

        Done done = run(kind.relay(), socket(), "bash", "-c", script, "bash", "a b\n$c");

        assertThat(done.out().lines().skip(1)).containsExactly("a b", "$c");
        assertThat(done.out().lines().findFirst().orElse("").strip().split(" ", -1))
                .hasSize(1);
        assertThat(done.exit()).isEqualTo(7);
        assertThat(run(kind.relay(), socket(), "bash", "-c", "kill -9 $$").exit())
                .isEqualTo(137);
    }

    /** With the sandbox's own end as the last word: a relay that held the pipe would keep the reader for ever. */
    @ParameterizedTest
    @EnumSource
    void theRelayHoldsNoStreamOpen(Kind kind) throws Exception {
        String script = "for fd in /proc/[0-9]*/fd/[012]; do echo $fd $(readlink $fd); done";

        Done done = run(kind.relay(), socket(), "bash", "-c", script);

        // The sandbox's first process, the command and its subshell have the files; the relay has neither.
        assertThat(done.exit()).isZero();
        assertThat(done.out()
                        .lines()
                        .filter(line -> line.matches("/proc/[0-9]+/fd/[012] /dev/null"))
                        .count())
                .isGreaterThanOrEqualTo(3);
        assertThat(done.out()
                        .lines()
                        .filter(line -> line.endsWith("/fd/1 " + temp.resolve("out")))
                        .count())
                .isLessThanOrEqualTo(3);
    }

    @Test
    void aPortThatNeverListensEndsWithin125AndTheCommandDoesNotRun() throws Exception {
        Done done = run(Relay.socat(Path.of("/usr/bin/false")), socket(), "echo", "ran");

        assertThat(done.exit()).isEqualTo(125);
        assertThat(done.out()).isEmpty();
        assertThat(done.err()).isEqualTo("pond-relay: 127.0.0.1:3128 does not listen\n");
        assertThat(done.time()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(20));
    }

    @Test
    void thereIsNoOtherWayOut() throws Exception {
        Done done = run(Kind.SOCAT.relay(), socket(), "bash", "-c", "exec 3<>/dev/tcp/93.184.216.34/80 || exit 9");

        assertThat(done.err()).contains("unreachable");
        assertThat(done.exit()).isNotZero();
    }
}
