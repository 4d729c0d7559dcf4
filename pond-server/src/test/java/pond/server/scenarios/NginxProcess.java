package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A real nginx in front of a server: the values of Debian's {@code nginx.conf}, one server with one {@code proxy_pass} and
 * not a line more, all files in a folder of its own.
 */
final class NginxProcess implements AutoCloseable {
    private static final String CONFIGURATION = """
            worker_processes auto;
            pid %1$s/nginx.pid;
            error_log %1$s/error.log;

            events {
                worker_connections 768;
            }

            http {
                sendfile on;
                tcp_nopush on;
                types_hash_max_size 2048;
                default_type application/octet-stream;
                ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
                ssl_prefer_server_ciphers on;
                access_log %1$s/access.log;
                gzip on;

                client_body_temp_path %1$s/body;
                proxy_temp_path %1$s/proxy;
                fastcgi_temp_path %1$s/fastcgi;
                uwsgi_temp_path %1$s/uwsgi;
                scgi_temp_path %1$s/scgi;

                server {
                    listen 127.0.0.1:%2$d;
                    location / {
                        proxy_pass %3$s;
                    }
                }
            }
            """;

    private final Process process;
    private final Path folder;
    private final URI url;

    private NginxProcess(Process process, Path folder, URI url) {
        this.process = process;
        this.folder = folder;
        this.url = url;
    }

    /** Where the program is; it stands outside of the search path of most users. */
    static Optional<Path> program() {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin";
        return Stream.of(path.split(":"))
                .filter(part -> !part.isEmpty())
                .map(part -> Path.of(part, "nginx"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts one that passes everything on; returns when it takes connections. */
    static NginxProcess start(Path program, Path parent, URI server) {
        try {
            Path folder = Files.createTempDirectory(Files.createDirectories(parent), "nginx");
            int port = freePort();
            Path configuration = folder.resolve("nginx.conf");
            Files.writeString(configuration, CONFIGURATION.formatted(folder, port, server));
            Process process = new ProcessBuilder(List.of(
                            program.toString(),
                            "-p",
                            folder.toString(),
                            "-e",
                            folder.resolve("error.log").toString(),
                            "-c",
                            configuration.toString(),
                            "-g",
                            "daemon off;"))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("output.txt").toFile())
                    .start();
            NginxProcess nginx = new NginxProcess(process, folder, URI.create("http://127.0.0.1:" + port));
            nginx.awaitReady();
            return nginx;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its configuration must name a port, so it cannot take whichever is free. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitReady() {
        Awaitility.await("nginx listens").atMost(20, TimeUnit.SECONDS).until(() -> {
            assertThat(process.isAlive()).as(said()).isTrue();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
                return socket.isConnected();
            } catch (ConnectException e) {
                return false;
            }
        });
    }

    URI url() {
        return url;
    }

    /** What it wrote to its logs. */
    String said() {
        StringBuilder all = new StringBuilder();
        for (String name : List.of("output.txt", "error.log")) {
            try {
                all.append(Files.exists(folder.resolve(name)) ? Files.readString(folder.resolve(name)) : "");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return all.toString();
    }

    /** Ends it and its connections at once; it is reaped afterwards. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                assertThat(process.waitFor(10, TimeUnit.SECONDS))
                        .as("nginx ends")
                        .isTrue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
