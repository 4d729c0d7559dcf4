package pond.server.db;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process on the same files: {@code write FILE N} as a tool would, {@code lock DIR} as a second server would,
 * {@code open DIR TMP} for what can be tried only once in a JVM, {@code files DIR} as a backup would. */
final class Child implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private Child(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    static Child start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName()));
        command.addAll(List.of(arguments));
        return new Child(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** The next line, skipping what a JVM or logging library says; "" at the end of the output. */
    String say() throws IOException {
        String line = output.readLine();
        while (line != null && !line.startsWith("> ")) {
            line = output.readLine();
        }
        return line == null ? "" : line.substring(2);
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().orTimeout(30, TimeUnit.SECONDS).join();
    }

    public static void main(String[] arguments) throws Exception {
        try {
            if (arguments[0].equals("write")) {
                write(arguments[1], Integer.parseInt(arguments[2]));
            } else if (arguments[0].equals("open")) {
                Database.unpackNativeLibraryInto(Path.of(arguments[2]));
                new Databases(Path.of(arguments[1])).close();
                System.out.println("> opened");
            } else if (arguments[0].equals("files")) {
                FilesLock lock = new FilesLock(StateDir.forTool(Path.of(arguments[1])));
                FilesLock.Held held = lock.tryTake().orElseThrow();
                System.out.println("> held");
                System.in.read();
                held.close();
            } else {
                StateDir dir = StateDir.forServer(Path.of(arguments[1]));
                System.out.println("> locked");
                System.in.read();
                dir.close();
            }
        } catch (StorageRefusedException e) {
            System.out.println("> " + e.reason() + " " + e.getMessage());
        }
    }

    private static void write(String file, int count) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file + "?busy_timeout=30000");
                var statement = connection.createStatement()) {
            System.out.println("> writing");
            for (int i = 0; i < count; i++) {
                statement.execute("BEGIN IMMEDIATE");
                statement.executeUpdate("INSERT INTO notes (text) VALUES ('outside " + i + "')");
                statement.execute("COMMIT");
            }
            System.out.println("> done");
        }
    }
}
