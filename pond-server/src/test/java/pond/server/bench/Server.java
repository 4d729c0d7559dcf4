package pond.server.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server process under measure. Its log is read along; lines that tell of trouble are counted. */
final class Server implements AutoCloseable {
    static final String TOKEN = "bench-token";

    private static final Pattern LISTENS = Pattern.compile("listens on (http:[^,]*),");
    private static final Pattern TROUBLE = Pattern.compile("database is locked|SQLITE_BUSY|OutOfMemoryError| ERROR ");

    private final Process process;
    private final long started = System.nanoTime();
    private final CompletableFuture<URI> uri = new CompletableFuture<>();
    private final AtomicInteger trouble = new AtomicInteger();

    private Server(Process process) {
        this.process = process;
        // Should the bench be stopped half-way.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /**
     * Starts a server; returns before it is up.
     *
     * @param settings go on top of an environment without those of another server
     */
    static Server start(List<String> command, Map<String, String> settings) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("POND_") || name.startsWith("AUTH0_"));
        builder.environment().put("POND_SERVICE_TOKEN", TOKEN);
        builder.environment().putAll(settings);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Server server = new Server(builder.start());
        Thread log = new Thread(server::readLog, "bench-server-log");
        log.setDaemon(true);
        log.start();
        return server;
    }

    private void readLog() {
        try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher listens = LISTENS.matcher(line);
                if (listens.find()) {
                    uri.complete(URI.create(listens.group(1)));
                }
                if (TROUBLE.matcher(line).find()) {
                    trouble.incrementAndGet();
                    System.err.println("server: " + line);
                }
            }
        } catch (IOException e) {
            uri.completeExceptionally(new UncheckedIOException(e));
        }
        uri.completeExceptionally(new IOException("the server has ended"));
    }

    /** Where it listens; waits until it does. */
    URI uri() throws Exception {
        return uri.get(60, TimeUnit.SECONDS);
    }

    Wire connect() throws Exception {
        return new Wire(uri(), TOKEN);
    }

    /** What all its threads have computed since its start. The fields of stat count ticks of a hundredth of a second. */
    double cpuSeconds() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    long pid() {
        return process.pid();
    }

    /** Since the process was started. */
    long ageNanos() {
        return System.nanoTime() - started;
    }

    int trouble() {
        return trouble.get();
    }

    /** A figure of /proc/PID/status that is given in kB, such as VmRSS; in MiB. */
    double memory(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                        .filter(line -> line.startsWith(field + ":"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .sum()
                / 1024.0;
    }

    /** How many threads it has now. */
    long threads() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("Threads:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
    }

    /** Lets time pass in which the server must not end. */
    void idle(long millis) throws InterruptedException {
        if (process.waitFor(millis, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("the server has ended with " + process.exitValue());
        }
    }

    /** Its state folder is thrown away, so it need not end in good order. */
    @Override
    public void close() {
        kill();
    }

    /** As {@code kill -9} does; returns when it has ended. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
