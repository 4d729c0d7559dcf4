package pond.server.soak;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server and its workers, each a process that was started as people do. Only one thread ends and starts them; others may ask
 * where they are.
 */
final class Pond implements AutoCloseable {
    private static final Pattern LISTENS = Pattern.compile("listens on (http:[^,]*),");
    private static final Pattern ATTACHED = Pattern.compile(" attached to ");
    private static final String TOKEN = "a-token-of-the-soak";
    private static final int SLOTS = 2;

    private final Path scripts;
    private final Path folder;
    private final Consumer<String> trouble;
    private final List<Program> workers = new CopyOnWriteArrayList<>();
    private final URI url;
    private volatile Program server;

    /** @param trouble is given lines of logs that should not be */
    Pond(Path root, Path folder, Consumer<String> trouble) throws IOException, InterruptedException {
        this.scripts = root.resolve("scripts");
        this.folder = folder;
        this.trouble = trouble;
        this.server = startServer("0");
        Matcher listens = LISTENS.matcher(server.upLine());
        if (!listens.find()) {
            throw new IOException(server.upLine());
        }
        this.url = URI.create(listens.group(1));
    }

    private Program startServer(String port) throws IOException, InterruptedException {
        Map<String, String> settings = new HashMap<>(common());
        settings.put("POND_PORT", port);
        settings.put("POND_STATE_DIR", state().toString());
        settings.put("POND_SERVICE_TOKEN", TOKEN);
        settings.put("POND_WEBHOOK_ALLOWED_HOSTS", "127.0.0.1");
        // Revoked keys are tried on purpose.
        settings.put("POND_AUTH_FAILURES_PER_MIN", "0");
        // So small that passes find something to remove.
        settings.put("POND_RETENTION_PROJECT_MAX_BYTES", "64m");
        return Program.start("server", List.of(scripts.resolve("pond").toString()), settings, LISTENS, trouble);
    }

    /** A class archive would be made in the background, beside what is looked at. */
    private static Map<String, String> common() {
        return Map.of("JAVA_HOME", System.getProperty("java.home"), "POND_CLASS_ARCHIVE", "off");
    }

    Caller caller() {
        return caller(TOKEN);
    }

    Caller caller(String token) {
        return new Caller(url, token);
    }

    Path state() {
        return folder.resolve("server");
    }

    long server() {
        return server.pid();
    }

    /** As {@link #server}, of one of the workers. */
    long worker(int number) {
        return workers.get(number).pid();
    }

    int workers() {
        return workers.size();
    }

    void addWorker() throws IOException, InterruptedException {
        Caller.Answer code = caller().post("/v1/admin/pool/enrollment-codes", "{}");
        workers.add(startWorker(
                workers.size(),
                Map.of("POND_WORKER_ENROLL_CODE", code.json().path("code").asText())));
    }

    private Program startWorker(int number, Map<String, String> more) throws IOException, InterruptedException {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("JAVA_HOME", System.getProperty("java.home"));
        List<String> command = List.of(
                scripts.resolve("pond-worker").toString(),
                "--server",
                url.toString(),
                "--name",
                "soak-" + number,
                "--concurrency",
                Integer.toString(SLOTS),
                "--executors",
                "noop,builtin,shell",
                "--state-dir",
                workerState(number).toString());
        return Program.start("worker " + number, command, settings, ATTACHED, trouble);
    }

    Path workerState(int number) {
        return folder.resolve("worker-" + number);
    }

    void restartServer(boolean kill) throws IOException, InterruptedException {
        end(server, kill);
        server = startServer(Integer.toString(url.getPort()));
    }

    void restartWorker(int number, boolean kill) throws IOException, InterruptedException {
        end(workers.get(number), kill);
        workers.set(number, startWorker(number, Map.of()));
    }

    private static void end(Program program, boolean kill) throws InterruptedException {
        if (kill) {
            program.kill();
        } else {
            program.stop();
        }
    }

    /** Whether all of it is up; what is not has ended by itself. */
    boolean isUp() {
        return server.isAlive() && workers.stream().allMatch(Program::isAlive);
    }

    /** Ends all in good order, workers first. */
    void stop() throws InterruptedException {
        for (Program worker : workers) {
            worker.stop();
        }
        server.stop();
    }

    @Override
    public void close() {
        workers.forEach(Program::close);
        server.close();
    }
}
