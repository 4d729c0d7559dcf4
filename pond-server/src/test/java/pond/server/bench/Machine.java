package pond.server.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
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
 * @param sandboxes {@code true} in a sandbox of the kind that pond makes, likewise; 0 where there is none
 */
record Machine(Samples roundTrip, Samples fdatasync, double groupCommits, double spawns, double sandboxes) {

    private static final int CALLERS = 16;
    private static final int SPAWNERS = 4;
    private static final double SECONDS = 1;

    /** Whether a sandbox can be made here at all. */
    static final boolean BUBBLEWRAP =
            canBeStarted(words("/usr/bin/bwrap --unshare-user --unshare-pid --ro-bind / / -- /usr/bin/true"));

    /** A program for seccomp(2) of one instruction, which lets every system call pass. */
    private static final byte[] ALLOW = {0x06, 0, 0, 0, 0, 0, (byte) 0xff, 0x7f};

    static Machine measure(Path folder) throws Exception {
        return new Machine(
                measureRoundTrip(),
                measureFdatasync(folder),
                measureGroupCommits(folder),
                starts(List.of("sh", "-c", "true")),
                BUBBLEWRAP ? starts(sandbox(folder)) : 0);
    }

    /**
     * The namespaces, folders, rights and limits of a stage that is trusted, as one would type them: a shell opens the filter,
     * root becomes another user, and the limits are set inside. Without a cgroup, and with folders that are there already.
     */
    private static List<String> sandbox(Path folder) throws IOException {
        Path filter = Files.write(folder.resolve("allow.bpf"), ALLOW);
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", "exec 3<\"$0\"; exec \"$@\"", filter.toString()));
        if (System.getProperty("user.name").equals("root")) {
            argv.addAll(words("/usr/bin/setpriv --reuid=64000 --regid=64000 --clear-groups --inh-caps=-all"
                    + " --bounding-set=-all --no-new-privs"));
        }
        argv.addAll(words("/usr/bin/bwrap --unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try"
                + " --disable-userns --die-with-parent --new-session --hostname pond --cap-drop ALL --seccomp 3"
                + " --tmpfs / --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib"
                + " --ro-bind-try /lib64 /lib64 --ro-bind /etc /etc --ro-bind-try /opt /opt"
                + " --proc /proc --dev /dev --tmpfs /dev/shm --remount-ro /dev --tmpfs /tmp --dir /home"
                + " --tmpfs /home/pond --dir /run --dir /var --symlink /tmp /var/tmp"
                + " --dir /stage --ro-bind /usr/share /stage/src --ro-bind /usr/share /stage/out"
                + " --ro-bind /usr/share /stage/in --remount-ro / --chdir /stage/src"
                + " --clearenv --setenv PATH /usr/bin --"));
        argv.addAll(words("/usr/bin/prlimit --nproc=4096 --fsize=1073741824 --nofile=4096 -- /usr/bin/true"));
        return argv;
    }

    private static List<String> words(String line) {
        return List.of(line.split(" ", -1));
    }

    /** Five round trips and three commits: what a run from submit to done cannot do without, in milliseconds. */
    double floorMillis() {
        return 5 * roundTrip.p50() + 3 * fdatasync.p50();
    }

    /** How long one start takes when four are made at a time, in milliseconds. */
    double spawnMillis() {
        return SPAWNERS * 1_000 / spawns;
    }

    /** As {@link #spawnMillis}, in a sandbox. */
    double sandboxMillis() {
        return SPAWNERS * 1_000 / sandboxes;
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
        Path file = Files.createTempFile(folder, "commits", ".db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
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
        } finally {
            Files.delete(file);
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

    private static boolean canBeStarted(List<String> command) {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            // There is no such program.
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static double starts(List<String> command) throws Exception {
        try (Load load = new Load(SPAWNERS)) {
            return load.rate(SECONDS, () -> {
                Process process = new ProcessBuilder(command).start();
                process.getInputStream().readAllBytes();
                byte[] complaint = process.getErrorStream().readAllBytes();
                if (process.waitFor() != 0) {
                    throw new IOException(command + ": " + new String(complaint, UTF_8));
                }
            });
        }
    }
}
