package pond.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import pond.common.json.Json;

/**
 * An issuer of access tokens on this machine: a real key set behind a real HTTP server. Tokens are put together by hand and
 * signed by the JDK, so that what checks them has not made them.
 */
public final class TestTenant implements AutoCloseable {
    public static final String AUDIENCE = "https://pond.test";
    public static final String ADMIN = "auth0|admin";

    /** How the issuer answers when it is asked for its keys. */
    public enum Mood {
        GOOD,
        BROKEN,
        HANGS_UP,
        SILENT,
        TRICKLES,
        HUGE,
        REDIRECTS,
        GARBAGE,
        NO_KEYS
    }

    private static final int FULL_BITS = 2_048;

    /** To make a key takes a second. The keys of one tenant are all different; two tenants have the same. */
    private static final class Ready {
        static final List<KeyPair> KEYS = List.of(generate(FULL_BITS), generate(FULL_BITS));
    }

    public final AtomicInteger asked = new AtomicInteger();
    public final AtomicInteger askedElsewhere = new AtomicInteger();
    public volatile Mood mood = Mood.GOOD;

    private final Map<String, KeyPair> keys = new LinkedHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "test-tenant");
        thread.setDaemon(true);
        return thread;
    });
    private final HttpServer server;
    private int added;

    public TestTenant() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/.well-known/jwks.json", this::answer);
        server.createContext("/elsewhere", exchange -> {
            askedElsewhere.incrementAndGet();
            send(exchange, 200, keySet());
        });
        server.setExecutor(threads);
        server.start();
        add("first", FULL_BITS);
    }

    /** Without a slash at its end. */
    public String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public URI keySetAddress() {
        return URI.create(issuer() + "/.well-known/jwks.json");
    }

    /** Makes another key, with which tokens are signed from then on, and publishes it. */
    public synchronized KeyPair add(String kid, int bits) {
        boolean ready = bits == FULL_BITS && added < Ready.KEYS.size();
        KeyPair pair = ready ? Ready.KEYS.get(added++) : generate(bits);
        keys.put(kid, pair);
        return pair;
    }

    private static KeyPair generate(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes all keys back and publishes a new one. */
    public synchronized void rotate(String kid) {
        keys.clear();
        add(kid, FULL_BITS);
    }

    public synchronized KeyPair key(String kid) {
        KeyPair pair = keys.get(kid);
        if (pair == null) {
            throw new IllegalArgumentException("no key " + kid);
        }
        return pair;
    }

    /** What a good token says, for ten minutes from that time. */
    public ObjectNode claims(Instant now) {
        return Json.strict()
                .createObjectNode()
                .put("iss", issuer())
                .put("sub", ADMIN)
                .put("aud", AUDIENCE)
                .put("iat", now.getEpochSecond())
                .put("exp", now.getEpochSecond() + 600);
    }

    /** A token with the key that was added last. */
    public synchronized String token(ObjectNode claims) {
        String kid = keys.keySet().stream().reduce((one, other) -> other).orElseThrow();
        return token(header(kid), claims, key(kid));
    }

    public static ObjectNode header(String kid) {
        return Json.strict()
                .createObjectNode()
                .put("alg", "RS256")
                .put("typ", "JWT")
                .put("kid", kid);
    }

    /** A token with an RS256 signature, whatever its header says. */
    public static String token(ObjectNode header, ObjectNode claims, KeyPair key) {
        try {
            String content = part(header) + "." + part(claims);
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key.getPrivate());
            signature.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + base64(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String part(ObjectNode json) {
        return base64(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    public static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A public key as a JSON Web Key. */
    public static String webKey(String kid, KeyPair pair) {
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        return "{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"" + kid + "\",\"n\":\""
                + unsigned(key.getModulus()) + "\",\"e\":\"" + unsigned(key.getPublicExponent()) + "\"}";
    }

    private static String unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return base64(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
    }

    private synchronized String keySet() {
        return keys.entrySet().stream()
                .map(entry -> webKey(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.incrementAndGet();
        switch (mood) {
            case GOOD -> send(exchange, 200, keySet());
            case BROKEN -> send(exchange, 500, keySet());
            case HANGS_UP -> exchange.close();
            case SILENT -> hold();
            case TRICKLES -> {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
                hold();
            }
            case HUGE -> send(exchange, 200, " ".repeat(1 << 20) + keySet());
            case REDIRECTS -> {
                exchange.getResponseHeaders().add("Location", issuer() + "/elsewhere");
                send(exchange, 302, keySet());
            }
            case GARBAGE -> send(exchange, 200, "<html>" + keySet());
            case NO_KEYS -> send(exchange, 200, "{\"keys\":[]}");
        }
    }

    private void hold() {
        try {
            boolean ended = closing.await(1, TimeUnit.MINUTES);
            if (!ended) {
                throw new IllegalStateException("nobody has closed the tenant");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /** Nobody listens any more. */
    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
