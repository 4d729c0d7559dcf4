package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The scripted model server of the broker's tests, as a process of its own. */
final class ModelProcess implements AutoCloseable {
    private static final Pattern LISTENS = Pattern.compile("models listen on (http://127\\.0\\.0\\.1:[0-9]+)");
    private static final long SECONDS = 30;

    private final Process process;
    private final Path output;

    private ModelProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** One whose tool call runs this command, and which takes these turns before it behaves well. */
    static ModelProcess start(Path folder, String command, String... turns) {
        Path worker = Path.of("..", "pond-worker", "target").toAbsolutePath();
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                worker.resolve("test-classes") + ":" + worker.resolve("pond-worker.jar"),
                "pond.worker.broker.model.ModelServerMain",
                command));
        words.addAll(List.of(turns));
        try {
            Path output = Files.createTempFile(folder, "models", ".txt");
            return new ModelProcess(
                    new ProcessBuilder(words)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start(),
                    output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens, as soon as it does. */
    String url() {
        Matcher matcher = LISTENS.matcher("");
        Awaitility.await("the models listen").atMost(SECONDS, TimeUnit.SECONDS).until(() -> {
            assertThat(process.isAlive()).as(output()).isTrue();
            return matcher.reset(output()).find();
        });
        return matcher.group(1);
    }

    private String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
