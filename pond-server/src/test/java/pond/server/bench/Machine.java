package pond.server.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.LongStream;

/**
 * What this machine can do at best, measured without any code of pond.
 *
 * @param roundTrip of a hundred bytes between two sockets of one JVM over loopback
 * @param fdatasync of 4 KiB, on the disk where the state folder will be
 * @param groupCommits rows a second that SQLite makes durable when 16 callers each wait for their own
 * @param spawns {@code sh -c true} started, read and reaped a second by 4 threads
 */
record Machine(Samples roundTrip, Samples fdatasync, double groupCommits, double spawns) {
    private static final int CALLERS = 16;
    private static final int SPAWNERS = 4;
    private static final double SECONDS = 2;

    static Machine measure(Path folder) throws Exception {
        return new Machine(measureRoundTrip(), measureFdatasync(folder), measureGroupCommits(folder), measureSpawns());
    }

    private static Samples measureRoundTrip() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket server = new ServerSocket(0, 1, loopback);
                Socket client = new Socket(loopback, server.getLocalPort());
                Socket accepted = server.accept();
                Load echo = new Load(1)) {
            client.setTcpNoDelay(true);
            accepted.setTcpNoDelay(true);
            Future<?> echoing = echo.start(() -> accepted.getInputStream().transferTo(accepted.getOutputStream()));
            OutputStream out = client.getOutputStream();
            InputStream in = client.getInputStream();
            byte[] message = new byte[100];
            LongStream.Builder nanos = LongStream.builder();
            for (int i = 0; i < 6_000; i++) {
                long start = System.nanoTime();
                out.write(message);
                in.readNBytes(message.length);
                if (i >= 2_000) {
                    nanos.add(System.nanoTime() - start);
                }
            }
            client.shutdownOutput();
            echoing.get();
            return Samples.of(nanos.build());
        }
    }

    private static Samples measureFdatasync(Path folder) throws IOException {
        ByteBuffer page = ByteBuffer.allocateDirect(4096);
        LongStream.Builder nanos = LongStream.builder();
        try (FileChannel file = FileChannel.open(
                folder.resolve("fdatasync"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE)) {
            for (int i = 0; i < 300; i++) {
                page.clear();
                long start = System.nanoTime();
                file.write(page);
                file.force(false);
                nanos.add(System.nanoTime() - start);
            }
        }
        return Samples.of(nanos.build());
    }

    private static double measureGroupCommits(Path folder) throws Exception {
        BlockingQueue<CompletableFuture<Boolean>> queue = new LinkedBlockingQueue<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("commits.db"));
                Statement statement = connection.createStatement();
                Load writer = new Load(1);
                Load callers = new Load(CALLERS)) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)");
            connection.setAutoCommit(false);
            Future<?> writing = writer.start(() -> write(connection, queue));
            double rate = callers.rate(SECONDS, () -> {
                CompletableFuture<Boolean> durable = new CompletableFuture<>();
                queue.add(durable);
                durable.get();
            });
            writing.cancel(true);
            return rate;
        }
    }

    private static void write(Connection connection, BlockingQueue<CompletableFuture<Boolean>> queue)
            throws SQLException, InterruptedException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO rows (text) VALUES (?)")) {
            List<CompletableFuture<Boolean>> group = new ArrayList<>();
            while (!Thread.interrupted()) {
                group.add(queue.take());
                queue.drainTo(group);
                for (int i = 0; i < group.size(); i++) {
                    insert.setString(1, "x".repeat(200));
                    insert.executeUpdate();
                }
                connection.commit();
                group.forEach(durable -> durable.complete(true));
                group.clear();
            }
        }
    }

    private static double measureSpawns() throws Exception {
        try (Load load = new Load(SPAWNERS)) {
            return load.rate(SECONDS, () -> {
                Process process = new ProcessBuilder("sh", "-c", "true").start();
                process.getInputStream().readAllBytes();
                process.getErrorStream().readAllBytes();
                process.waitFor();
            });
        }
    }
}
