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
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The packed worker as a process of its own. */
public final class WorkerProcess implements AutoCloseable {
    private static final long SECONDS = 60;

    private final Process process;
    private final Path output;

    private WorkerProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Enrols a worker of this name; its state and its output are kept in a folder of that name. */
    public static WorkerProcess enrol(Path folder, URI server, Client admin, String name, String... args) {
        return start(folder, server, name, code(admin), args);
    }

    /** Enrols with a code that was made before. */
    static WorkerProcess enrolWith(Path folder, URI server, String code, String name, String... args) {
        return start(folder, server, name, code, args);
    }

    /** One that has an identity from before. */
    public static WorkerProcess again(Path folder, URI server, String name, String... args) {
        return start(folder, server, name, "", args);
    }

    public static String code(Client admin) {
        Client.Answer answer = admin.post("/v1/admin/pool/enrollment-codes", "{}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer.json().path("code").asText();
    }

    /** One that has this code, which it needs only when it has no identity from before. */
    public static WorkerProcess start(Path folder, URI server, String name, String code, String... args) {
        try {
            Path own = Files.createDirectories(folder.resolve(name));
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx128m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-jar",
                    jar().toString(),
                    "--server",
                    server.toString(),
                    "--name",
                    name,
                    "--state-dir",
                    own.resolve("state").toString()));
            command.addAll(List.of(args));
            Path output = Files.createTempFile(own, "output", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(own.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().keySet().removeIf(variable -> variable.startsWith("POND_"));
            if (!code.isEmpty()) {
                builder.environment().put("POND_WORKER_ENROLL_CODE", code);
            }
            return new WorkerProcess(builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path jar() {
        Path jar = Path.of("..", "pond-worker", "target", "pond-worker.jar").toAbsolutePath();
        assertThat(jar).as("made by 'mvn package'").exists();
        return jar;
    }

    public WorkerProcess untilAttached() {
        return untilSaid(" attached to ");
    }

    public WorkerProcess untilSaid(String text) {
        Awaitility.await("the worker says '" + text + "'")
                .atMost(SECONDS, TimeUnit.SECONDS)
                .until(() -> {
                    assertThat(process.isAlive() || output().contains(text))
                            .as(output())
                            .isTrue();
                    return output().contains(text);
                });
        return this;
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

    public boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** SIGTERM. */
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
