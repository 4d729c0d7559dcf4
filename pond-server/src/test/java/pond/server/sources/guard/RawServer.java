package pond.server.sources.guard;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers every request on loopback with the same bytes, right or wrong, and remembers what it was asked. */
public final class RawServer implements Closeable {
    private final ServerSocket server;
    private final byte[] answer;
    private final boolean hold;
    public final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<Socket> held = new CopyOnWriteArrayList<>();

    private RawServer(ServerSocket server, String answer, boolean hold) {
        this.server = server;
        this.answer = answer.getBytes(StandardCharsets.ISO_8859_1);
        this.hold = hold;
        var thread = new Thread(this::serve, "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    /** Closes the connection after the answer. */
    public static RawServer answering(String answer) throws IOException {
        return new RawServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), answer, false);
    }

    /** Keeps the connection open and silent after the answer. */
    public static RawServer holding(String answer) throws IOException {
        return new RawServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), answer, true);
    }

    public static RawServer answering(ServerSocket server, String answer) {
        return new RawServer(server, answer, false);
    }

    public int port() {
        return server.getLocalPort();
    }

    public String url(String host) {
        return "http://" + host + ":" + port() + "/";
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                answer(server.accept());
            } catch (IOException e) {
                heads.add("failed: " + e.getClass().getSimpleName());
            }
        }
    }

    private void answer(Socket socket) throws IOException {
        held.add(socket);
        var head = new StringBuilder();
        var in = socket.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("end of request");
            }
            head.append((char) next);
        }
        heads.add(head.toString());
        socket.getOutputStream().write(answer);
        socket.getOutputStream().flush();
        if (!hold) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (var socket : held) {
            socket.close();
        }
    }
}
