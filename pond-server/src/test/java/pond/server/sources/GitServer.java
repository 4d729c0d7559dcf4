package pond.server.sources;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

/** Git's own smart HTTP server, {@code git http-backend}, behind the JDK's web server on loopback. */
final class GitServer implements Closeable {
    /** What a request was: its path and its Authorization header, empty when there was none. */
    record Seen(String path, String authorization) {}

    private static final Map<String, String> QUIET = Map.of(
            "GIT_CONFIG_NOSYSTEM", "1",
            "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_AUTHOR_NAME", "a",
            "GIT_AUTHOR_EMAIL", "a@pond.test",
            "GIT_COMMITTER_NAME", "a",
            "GIT_COMMITTER_EMAIL", "a@pond.test");

    private final Path root;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    final List<Seen> seen = new CopyOnWriteArrayList<>();
    /** First part of a path to where requests for it are sent. */
    final Map<String, String> redirects = new ConcurrentHashMap<>();
    /** {@code user:password} that every request must show. */
    volatile Optional<String> login = Optional.empty();
    /** A commit that is not handed out by itself, as hosts do that allow the tips of branches only. */
    volatile Optional<String> refused = Optional.empty();
    /** Whether the client's wish for version 2 of the protocol is heard. */
    volatile boolean version2 = true;

    GitServer(Path root) throws IOException {
        this.root = root;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Runs git in a folder and returns what it printed. */
    static String git(Path folder, String... arguments) throws IOException {
        var command =
                new ArrayList<>(List.of("git", "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(QUIET);
        try {
            var process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(command + ": " + output);
            }
            return output.strip();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new AssertionError("these tests need the git program (with git http-backend) on the PATH", e);
        }
    }

    /** A work tree whose commits {@link #publish} brings to the server. */
    Path work(String name) throws IOException {
        var work = Files.createDirectories(root.resolve("work").resolve(name));
        git(work, "init", "-q");
        return work;
    }

    static String commit(Path work, String message) throws IOException {
        git(work, "add", "-A");
        git(work, "commit", "-q", "--allow-empty", "-m", message);
        return git(work, "rev-parse", "HEAD");
    }

    void publish(String name) throws IOException {
        var bare = root.resolve(name + ".git");
        if (Files.exists(bare)) {
            git(root.resolve("work").resolve(name), "push", "-q", "--mirror", bare.toString());
        } else {
            git(root, "clone", "-q", "--mirror", "work/" + name, bare.toString());
        }
    }

    String url(String host, String name) {
        return "http://" + host + ":" + port() + "/" + name + ".git";
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var uri = exchange.getRequestURI();
            String given = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                    .orElse("");
            seen.add(new Seen(uri.getPath(), given));
            byte[] body = exchange.getRequestBody().readAllBytes();
            String first = uri.getPath().split("/", 3)[1];
            if (redirects.containsKey(first)) {
                exchange.getResponseHeaders()
                        .set("Location", redirects.get(first) + uri.toString().substring(first.length() + 1));
                exchange.sendResponseHeaders(302, -1);
            } else if (login.isPresent() && !given.equals(basic(login.get()))) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
                exchange.sendResponseHeaders(401, -1);
            } else if (refused.isPresent() && wants(exchange, body, refused.get())) {
                refuse(exchange, refused.get());
            } else {
                backend(exchange, body);
            }
        }
    }

    private static boolean wants(HttpExchange exchange, byte[] body, String commit) throws IOException {
        boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        var in = new ByteArrayInputStream(body);
        byte[] plain = packed ? new GZIPInputStream(in).readAllBytes() : body;
        return new String(plain, StandardCharsets.ISO_8859_1).contains("want " + commit);
    }

    static String basic(String login) {
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    /** What upload-pack says, in a packet line of its protocol, to a commit that is no tip of a branch. */
    private static void refuse(HttpExchange exchange, String commit) throws IOException {
        String error = "ERR upload-pack: not our ref " + commit;
        byte[] packet = String.format("%04x%s", error.length() + 4, error).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/x-git-upload-pack-result");
        exchange.sendResponseHeaders(200, packet.length);
        exchange.getResponseBody().write(packet);
    }

    private void backend(HttpExchange exchange, byte[] body) throws IOException {
        var builder = new ProcessBuilder("git", "http-backend").redirectError(ProcessBuilder.Redirect.DISCARD);
        var environment = builder.environment();
        environment.putAll(QUIET);
        var headers = exchange.getRequestHeaders();
        environment.put("GIT_PROJECT_ROOT", root.toString());
        environment.put("GIT_HTTP_EXPORT_ALL", "1");
        environment.put("REQUEST_METHOD", exchange.getRequestMethod());
        environment.put("PATH_INFO", exchange.getRequestURI().getPath());
        environment.put(
                "QUERY_STRING",
                Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse(""));
        environment.put(
                "CONTENT_TYPE",
                Optional.ofNullable(headers.getFirst("Content-Type")).orElse(""));
        environment.put("CONTENT_LENGTH", Integer.toString(body.length));
        environment.put("REMOTE_ADDR", "127.0.0.1");
        environment.put(
                "HTTP_CONTENT_ENCODING",
                Optional.ofNullable(headers.getFirst("Content-Encoding")).orElse(""));
        if (version2 && headers.containsKey("Git-Protocol")) {
            environment.put("GIT_PROTOCOL", headers.getFirst("Git-Protocol"));
        }
        var process = builder.start();
        try (var in = process.getInputStream()) {
            try (var out = process.getOutputStream()) {
                new ByteArrayInputStream(body).transferTo(out);
            }
            int status = 200;
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                String[] parts = line.split(": ", 2);
                if (parts[0].equals("Status")) {
                    status = Integer.parseInt(parts[1].substring(0, 3));
                } else {
                    exchange.getResponseHeaders().set(parts[0], parts[1]);
                }
            }
            exchange.sendResponseHeaders(status, 0);
            in.transferTo(exchange.getResponseBody());
        } finally {
            process.destroyForcibly();
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.append((char) b);
        }
        return line.toString().strip();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
