package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The packed jar as a process of its own. */
public final class ServerProcess implements AutoCloseable {
    private static final Pattern LISTENS = Pattern.compile("listens on (http://127\\.0\\.0\\.1:[0-9]+)");
    private static final long SECONDS = 60;

    private final Process process;
    private final Path output;

    private ServerProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Runs the jar in a folder, in which also its output is kept; the environment has these settings and no other. */
    public static ServerProcess run(Path folder, Map<String, String> env, String... args) {
        try {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx512m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-jar",
                    jar().toString()));
            command.addAll(List.of(args));
            Path output = Files.createTempFile(Files.createDirectories(folder), "output", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("POND_"));
            builder.environment().putAll(env);
            return new ServerProcess(builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server with this state, on a free port. */
    public static ServerProcess serve(Path folder, Path state, Map<String, String> more) {
        Map<String, String> env = new java.util.HashMap<>(Map.of(
                "POND_PORT", "0", "POND_STATE_DIR", state.toString(), "POND_SERVICE_TOKEN", TestPond.SERVICE_TOKEN));
        env.putAll(more);
        return run(folder, env);
    }

    private static Path jar() {
        Path jar = Path.of("target", "pond-server.jar").toAbsolutePath();
        assertThat(jar).as("made by 'mvn package'").exists();
        return jar;
    }

    /** Where it listens, as soon as it does. */
    public URI url() {
        Matcher matcher = LISTENS.matcher("");
        Awaitility.await("the server listens").atMost(SECONDS, TimeUnit.SECONDS).until(() -> {
            assertThat(process.isAlive()).as(output()).isTrue();
            return matcher.reset(output()).find();
        });
        return URI.create(matcher.group(1));
    }

    public Client client() {
        return new Client(url(), TestPond.SERVICE_TOKEN);
    }

    public String output() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The exit code, once it has ended. */
    public int exit() {
        try {
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as(output()).isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    public void terminate() {
        process.destroy();
    }

    /** {@code kill -9}; it is gone afterwards. */
    public void kill() {
        process.destroyForcibly();
        exit();
    }

    @Override
    public void close() {
        kill();
    }
}
