package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** A worker in a process of its own, attached to a server under measure over HTTP. */
final class WorkerProcess implements AutoCloseable {
    private static final String ATTACHED = " attached to ";
    /** A plain subprocess is warned about in every worker that has no sandbox. */
    private static final Pattern TROUBLE = Pattern.compile("^(?!.*unconfined).*\\b(ERROR|WARN)\\b");

    private final Process process;
    private final long started = System.nanoTime();
    private final CompletableFuture<Long> attached = new CompletableFuture<>();
    private final AtomicInteger trouble = new AtomicInteger();

    private WorkerProcess(Process process) {
        this.process = process;
        // Should the bench be stopped half-way.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /** Enrols a worker with {@code slots} slots and starts it as people do; returns when it is attached. */
    static WorkerProcess start(Path root, Server server, Path state, int slots) throws Exception {
        String code;
        try (Wire wire = server.connect()) {
            JsonNode made = wire.post("/v1/admin/pool/enrollment-codes", "{}");
            code = made.path("code").asText();
        }
        ProcessBuilder builder = new ProcessBuilder(List.of(
                root.resolve("scripts/pond-worker").toString(),
                "--server",
                server.uri().toString(),
                "--concurrency",
                Integer.toString(slots),
                "--executors",
                "noop,builtin,shell",
                "--state-dir",
                state.toString()));
        builder.environment().keySet().removeIf(name -> name.startsWith("POND_"));
        builder.environment().put("POND_WORKER_ENROLL_CODE", code);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        WorkerProcess worker = new WorkerProcess(builder.start());
        Thread log = new Thread(worker::readLog, "bench-worker-log");
        log.setDaemon(true);
        log.start();
        worker.attached.get(60, TimeUnit.SECONDS);
        return worker;
    }

    private void readLog() {
        try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains(ATTACHED)) {
                    attached.complete(System.nanoTime() - started);
                }
                if (TROUBLE.matcher(line).find()) {
                    trouble.incrementAndGet();
                    System.err.println("worker: " + line);
                }
            }
        } catch (IOException e) {
            attached.completeExceptionally(e);
        }
        attached.completeExceptionally(new IOException("the worker has ended"));
    }

    /** From the start of the process until it was attached, in milliseconds; enrolment included. */
    double attachMillis() {
        return attached.join() / 1e6;
    }

    long pid() {
        return process.pid();
    }

    /** Warnings and errors in its log so far. */
    int trouble() {
        return trouble.get();
    }

    /** Resident memory in MiB. */
    double memory() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .sum()
                / 1024.0;
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
