package pond.server.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** A server or a worker as a process, whose log is read along. Safe for use by several threads. */
final class Program implements AutoCloseable {
    private static final Pattern TROUBLE =
            Pattern.compile(" ERROR |database is locked|SQLITE_BUSY|OutOfMemoryError|Exception in thread");
    private static final long START_SECONDS = 60;
    /** A worker lets its stages finish first, and one of them may have a gigabyte to print on a busy machine. */
    private static final long STOP_SECONDS = 300;

    private final String name;
    private final Process process;
    private final CompletableFuture<String> up = new CompletableFuture<>();
    private final Consumer<String> trouble;

    private Program(String name, Process process, Consumer<String> trouble) {
        this.name = name;
        this.process = process;
        this.trouble = trouble;
    }

    /**
     * Starts it and waits until it says that it is up.
     *
     * @param environment has no other variables of pond
     * @param up what the line has by which it is known to be up
     * @param trouble is given the lines that should not be
     */
    static Program start(
            String name, List<String> command, Map<String, String> environment, Pattern up, Consumer<String> trouble)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(key -> key.startsWith("POND_") || key.startsWith("AUTH0_"));
        builder.environment().putAll(environment);
        Program program = new Program(name, builder.start(), trouble);
        Thread log = new Thread(() -> program.readLog(up), "soak-log-" + name);
        log.setDaemon(true);
        log.start();
        try {
            program.up.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            program.kill();
            throw new IOException(name + " does not come up", e);
        }
        return program;
    }

    private void readLog(Pattern mark) {
        StringBuilder before = new StringBuilder();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!up.isDone()) {
                    before.append(line).append('\n');
                    if (mark.matcher(line).find()) {
                        up.complete(line);
                    }
                }
                if (TROUBLE.matcher(line).find()) {
                    trouble.accept(name + ": " + line);
                }
            }
        } catch (IOException e) {
            up.completeExceptionally(e);
        }
        up.completeExceptionally(new IOException("it has ended:\n" + before));
    }

    /** The line by which it was known to be up. */
    String upLine() {
        return up.join();
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM, and then SIGKILL if it takes too long, which is trouble; it is gone afterwards. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            trouble.accept(name + ": does not stop");
            kill();
        }
    }

    /** SIGKILL; it is gone afterwards. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
