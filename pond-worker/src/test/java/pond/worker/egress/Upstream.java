package pond.worker.egress;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A server on 127.0.0.1 that gives each connection a thread of its own. */
final class Upstream implements AutoCloseable {
    interface Handler {
        void handle(Socket socket) throws Exception;
    }

    private final ServerSocket listener;
    private final Handler handler;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

    private Upstream(ServerSocket listener, Handler handler) {
        this.listener = listener;
        this.handler = handler;
    }

    static Upstream start(Handler handler) throws IOException {
        return start(new ServerSocket(0, 200, InetAddress.getLoopbackAddress()), handler);
    }

    static Upstream start(ServerSocket listener, Handler handler) {
        Upstream upstream = new Upstream(listener, handler);
        daemon(upstream::accept);
        return upstream;
    }

    /** Answers each connection's first head with what it was, and remembers nothing. */
    static Upstream echoingHeads() throws IOException {
        return start(socket -> {
            String head = readHead(socket.getInputStream());
            byte[] body = head.getBytes(StandardCharsets.ISO_8859_1);
            socket.getOutputStream()
                    .write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(body);
        });
    }

    /** Sends back every byte until the client ends. */
    static Upstream echo() throws IOException {
        return start(socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
    }

    static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        int next = 0;
        while (next >= 0 && !head.toString().endsWith("\r\n\r\n")) {
            next = in.read();
            if (next >= 0) {
                head.append((char) next);
            }
        }
        return head.toString();
    }

    static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                daemon(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            handler.handle(socket);
        } catch (Exception e) {
            // The client hung up, which many tests do.
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    int accepted() {
        return sockets.size();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
