package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM to the packed server, with every kind of connection open. */
@Timeout(120)
class GracefulStopIT {
    /** Longer than a connection without a request is kept. */
    private static final Duration PAUSE = Duration.ofMillis(1_300);

    private static final int BIG = 20_000_000;
    private static final Pattern LENGTH = Pattern.compile("Content-Length: ([0-9]+)");

    @TempDir
    private Path folder;

    private int port;

    @Test
    void nothingIsCutInTheMiddleOfAnAnswer() throws Exception {
        Map<String, String> settings = Map.of("POND_CANCEL_GRACE_SEC", "1");
        String body = Body.of(Body.noop("a"));
        String submitted;
        try (ServerProcess server = ServerProcess.serve(folder, folder.resolve("state"), settings)) {
            Client client = server.client();
            port = client.url().getPort();
            String big =
                    client.submit(Body.of(Body.shell("a", "head -c " + BIG + " /dev/zero > $POND_OUTPUT_DIR/big")));
            client.end(big);
            String run = client.submit(Body.of(Body.shell("a", "trap '' TERM; sleep 65432.1; sleep 65432.1")));
            int version =
                    client.untilStage(run, "a", "running").at("/run/version").intValue();
            try (Socket poll = ask("GET /v1/runs/" + run + "?wait=50&version=" + version);
                    Socket logs = ask("GET /v1/runs/" + run + "/logs?wait=50&since=99");
                    Socket events = ask("GET /v1/runs/" + run + "/events");
                    Socket download = ask("GET /v1/runs/" + big + "/artifacts/big");
                    Socket upload = ask(
                            "POST /v1/runs",
                            "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n")) {
                send(upload, body.substring(0, 10));
                assertThat(readUntil(events, "\"status\":\"running\"")).contains("HTTP/1.1 200 ");
                String head = readUntil(download, "\r\n\r\n");

                server.terminate();
                CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> sendSlowly(upload, body));
                CompletableFuture<Long> bytes = CompletableFuture.supplyAsync(() -> readSlowly(download));

                assertWhole(rest(poll));
                assertWhole(rest(logs));
                assertThat(rest(events)).matches("(?s).*\r\nretry: [0-9]{4}\n\n\r\n0\r\n\r\n");
                assertThatThrownBy(() -> ask("GET /health").close()).isInstanceOf(ConnectException.class);
                assertThat(answer.get(30, TimeUnit.SECONDS)).startsWith("HTTP/1.1 201 ");
                assertWhole(answer.join());
                assertThat(head).contains("Content-Length: " + BIG);
                assertThat(bytes.get(30, TimeUnit.SECONDS)).isEqualTo(BIG);
                submitted = answer.join().replaceFirst("(?s).*\"id\":\"([^\"]+)\".*", "$1");

                assertThat(server.exit()).isEqualTo(143);
                assertThat(server.output())
                        .contains("told to stop", "stopped after ")
                        .doesNotContain(" ERROR ", "cut off", "Exception");
                assertThat(Processes.withArgument("65432.1")).isEmpty();
            }
        }
        try (ServerProcess server = ServerProcess.serve(folder, folder.resolve("state"), settings)) {
            assertThat(Client.status(server.client().end(submitted)))
                    .as("what was accepted while it stopped")
                    .isEqualTo("done");
        }
    }

    private Socket ask(String request) throws IOException {
        return ask(request, "");
    }

    /** Begins a request on a connection of its own, which has little room for what is not read. */
    private Socket ask(String request, String headers) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.setSoTimeout(30_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        send(
                socket,
                request + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + TestPond.SERVICE_TOKEN + "\r\n" + headers
                        + "\r\n");
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** Pauses twice on the way, and reads the answer. */
    private static String sendSlowly(Socket upload, String body) {
        try {
            pause();
            send(upload, body.substring(10, 20));
            pause();
            send(upload, body.substring(20));
            return rest(upload);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes nothing for a while, and then all. */
    private static long readSlowly(Socket download) {
        try {
            pause();
            pause();
            return download.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pause() {
        await().pollDelay(PAUSE).until(() -> true);
    }

    private static String rest(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private static String readUntil(Socket socket, String end) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end, Math.max(0, text.length() - end.length())) < 0) {
            int one = in.read();
            assertThat(one).as("the end, after '%s'", text).isNotNegative();
            text.append((char) one);
        }
        return text.toString();
    }

    /** An answer with all that it announces, and the word that none follows. */
    private static void assertWhole(String answer) {
        Matcher length = LENGTH.matcher(answer);
        assertThat(length.find()).as(answer).isTrue();
        assertThat(answer).contains("Connection: close");
        assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4)).hasSize(Integer.parseInt(length.group(1)));
    }
}
