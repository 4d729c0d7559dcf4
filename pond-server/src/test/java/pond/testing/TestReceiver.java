package pond.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real HTTP server on loopback that takes webhooks, remembers them, and answers as its test says. */
public final class TestReceiver implements AutoCloseable {
    private static final int BLOCK = 64;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    public final List<Seen> seen = new CopyOnWriteArrayList<>();

    /** Answers the request of that number, counted from 1. */
    public interface Script {
        void answer(HttpExchange exchange, int number) throws Exception;
    }

    /** What came. */
    public record Seen(String path, java.util.Map<String, List<String>> headers, String body) {
        public String header(String name) {
            return String.join(", ", headers.getOrDefault(name, List.of("none")));
        }

        /** Whether the signature is that of a secret, by this class's own arithmetic. */
        public boolean isSignedWith(String secret) {
            byte[] signed = (header("Pond-timestamp") + "." + body).getBytes(StandardCharsets.UTF_8);
            return header("Pond-signature").equals("v1=" + hmac(secret.getBytes(StandardCharsets.UTF_8), signed));
        }
    }

    private TestReceiver(int port, Script script) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            int number;
            synchronized (seen) {
                seen.add(new Seen(exchange.getRequestURI().toString(), exchange.getRequestHeaders(), body));
                number = seen.size();
            }
            try (exchange) {
                script.answer(exchange, number);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
        server.start();
    }

    public static TestReceiver start(Script script) {
        return start(0, script);
    }

    public static TestReceiver start(int port, Script script) {
        try {
            return new TestReceiver(port, script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers with these statuses in turn, the last one from then on. */
    public static TestReceiver answering(int... statuses) {
        return start((exchange, number) ->
                exchange.sendResponseHeaders(statuses[Math.min(number, statuses.length) - 1], -1));
    }

    /** Takes everything and never answers. */
    public static TestReceiver hanging() {
        TestReceiver[] self = new TestReceiver[1];
        self[0] = start((exchange, number) -> {
            if (!self[0].closed.await(2, TimeUnit.MINUTES)) {
                throw new IOException("the test has forgotten its receiver");
            }
        });
        return self[0];
    }

    /** A port on which nothing listens now. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port() + "/hook?from=pond";
    }

    /** The last of so many requests. */
    public Seen await(int count) {
        Awaitility.await("request " + count)
                .atMost(30, TimeUnit.SECONDS)
                .pollInterval(10, TimeUnit.MILLISECONDS)
                .until(() -> seen.size() >= count);
        return seen.get(count - 1);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    /** HMAC by the book (RFC 2104), from nothing but the hash. */
    private static String hmac(byte[] secret, byte[] message) {
        byte[] key = Arrays.copyOf(secret.length > BLOCK ? sha256(secret) : secret, BLOCK);
        byte[] inner = new byte[BLOCK];
        byte[] outer = new byte[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            inner[i] = (byte) (key[i] ^ 0x36);
            outer[i] = (byte) (key[i] ^ 0x5c);
        }
        return HexFormat.of().formatHex(sha256(outer, sha256(inner, message)));
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
