package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import pond.common.definition.SandboxProfile;
import pond.common.json.Json;

/** What stands outside of the sandboxes for attempts to reach: open to every user of the machine, and nothing of value. */
final class Outside {
    final String marker = "pond-outside-" + UUID.randomUUID();
    final Path folder;
    final Process process;
    private final ServerSocket port;
    private final ServerSocketChannel socket;
    private final Process abstractSocket;
    private final String sharedMemory;

    Outside() throws IOException, InterruptedException {
        folder = Files.createTempDirectory("pond-outside-");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(canary(), "untouched");
        Files.setPosixFilePermissions(canary(), PosixFilePermissions.fromString("rw-rw-rw-"));
        process = new ProcessBuilder("sh", "-c", "sleep 600; :", marker).start();
        port = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.bind(UnixDomainSocketAddress.of(folder.resolve("socket")));
        Files.setPosixFilePermissions(folder.resolve("socket"), PosixFilePermissions.fromString("rwxrwxrwx"));
        abstractSocket = new ProcessBuilder(
                        "/usr/bin/python3",
                        "-c",
                        "import socket,sys,time; s=socket.socket(socket.AF_UNIX); s.bind('\\0'+sys.argv[1]); s.listen();"
                                + " print('up', flush=True); time.sleep(600)",
                        marker)
                .start();
        if (abstractSocket.getInputStream().read() < 0) {
            throw new IOException("no abstract socket");
        }
        sharedMemory = output("ipcmk", "-M", "64").replaceAll("\\D", "");
    }

    Path canary() {
        return folder.resolve("canary");
    }

    boolean untouched() throws IOException {
        return Files.readString(canary()).equals("untouched")
                && process.isAlive()
                && Files.exists(folder.resolve("socket"));
    }

    /** The variable OUTSIDE of attempts.py. */
    String describe(SandboxProfile profile, Path state, Limits limits, List<String> attempts) throws IOException {
        HardLimits hard = HardLimits.parse(Files.readAllLines(Path.of("/proc/self/limits")));
        Map<String, Object> all = new TreeMap<>();
        all.put("profile", profile.toString());
        all.put("attempts", attempts);
        all.put("state", state.toString());
        all.put("canary", canary().toString());
        all.put("marker", marker);
        all.put("pid", process.pid());
        all.put("abstract", marker);
        all.put("socket", folder.resolve("socket").toString());
        all.put("port", port.getLocalPort());
        all.put("variables", List.of("POND_JOB_MARK", "PATH", "HOME", "TMPDIR", "PWD", "LC_CTYPE", "OUTSIDE"));
        all.put("temporary", limits.temporary());
        all.put("shared", limits.shared());
        all.put(
                "limits",
                Map.of(
                        "NPROC", limits.pids(),
                        "CORE", 1,
                        "FSIZE", Math.min(hard.fileSize(), limits.fileSize()),
                        "NOFILE", Math.min(hard.openFiles(), limits.openFiles())));
        return Json.write(all);
    }

    private static String output(String... argv) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(argv).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(30, TimeUnit.SECONDS);
        return text;
    }

    void close() throws IOException, InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        abstractSocket.destroyForcibly();
        output("ipcrm", "-m", sharedMemory);
        port.close();
        socket.close();
        for (String name : List.of("socket", "canary", "")) {
            Files.deleteIfExists(folder.resolve(name));
        }
    }
}
