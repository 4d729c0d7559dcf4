package pond.worker.executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** Gives out the files of folders over HTTPS at a port of 127.0.0.1, each folder below a path of its own. */
final class FileServer implements AutoCloseable {
    private final HttpsServer https;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<String> hosts = ConcurrentHashMap.newKeySet();

    /** @param folders by the first part of the path below which their files are */
    FileServer(SSLContext tls, Map<String, Path> folders) throws IOException {
        https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(tls));
        https.setExecutor(threads);
        folders.forEach((name, folder) -> https.createContext("/" + name + "/", exchange -> answer(exchange, folder)));
        https.start();
    }

    private void answer(HttpExchange exchange, Path folder) throws IOException {
        try (exchange) {
            hosts.add(String.valueOf(exchange.getRequestHeaders().getFirst("Host")));
            String below = exchange.getRequestURI()
                    .getPath()
                    .substring(exchange.getHttpContext().getPath().length());
            Path file = folder.resolve(below).normalize();
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            if (!file.startsWith(folder) || !Files.isRegularFile(file)) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.sendResponseHeaders(200, isHead || Files.size(file) == 0 ? -1 : Files.size(file));
            if (!isHead) {
                Files.copy(file, exchange.getResponseBody());
            }
        }
    }

    int port() {
        return https.getAddress().getPort();
    }

    /** What clients called this server so far, with its port. */
    Set<String> hosts() {
        return Set.copyOf(hosts);
    }

    @Override
    public void close() {
        https.stop(0);
        threads.shutdownNow();
    }
}
