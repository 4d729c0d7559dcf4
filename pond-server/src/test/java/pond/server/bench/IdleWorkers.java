package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import pond.common.json.Json;
import pond.testing.TestMachine;

/**
 * Many workers that wait for jobs, without a process for each: every one enrols, attaches, keeps one {@code lease} call
 * waiting, ends what it is given at once as done, and after a failure asks again as a real one does, after a random part of
 * five seconds.
 */
final class IdleWorkers implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(40);
    private static final long RETRY_MILLIS = 5_000;

    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(threads)
            .build();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger answers = new AtomicInteger();
    private final List<One> all = new ArrayList<>();
    private volatile boolean closed;

    /** Enrols and attaches {@code count} workers; they wait for jobs when this returns. */
    static IdleWorkers attach(Server server, int count) throws Exception {
        IdleWorkers workers = new IdleWorkers();
        String code;
        try (Wire wire = server.connect()) {
            code = wire.post("/v1/admin/pool/enrollment-codes", "{\"max_uses\":" + count + "}")
                    .path("code")
                    .asText();
        }
        for (int i = 0; i < count; i++) {
            One one = new One("idle-" + i, server.uri());
            one.enrol(workers, code);
            one.attach(workers);
            workers.all.add(one);
        }
        workers.all.forEach(one -> one.ask(workers));
        return workers;
    }

    /** Answers to lease calls since the last look, and starts to count anew. */
    int answersSince() {
        return answers.getAndSet(0);
    }

    /** Calls that had no answer, since the start. */
    int failures() {
        return failures.get();
    }

    /** Calls that had an answer of 400 or above, since the start. */
    int refusals() {
        return refusals.get();
    }

    private CompletableFuture<JsonNode> call(One one, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(one.server.resolve(path))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + one.bearer)
                .POST(BodyPublishers.ofString(body));
        if (!one.attachment.isEmpty()) {
            request.header("Pond-Attachment", one.attachment);
        }
        return client.sendAsync(request.build(), BodyHandlers.ofString()).thenApply(this::json);
    }

    private JsonNode json(HttpResponse<String> answer) {
        if (answer.statusCode() >= 400) {
            refusals.incrementAndGet();
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
        return Json.readTree(answer.body().isEmpty() ? "null" : answer.body());
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
    }

    private static final class One {
        private final String name;
        private final URI server;
        private String bearer = "";
        private String attachment = "";

        One(String name, URI server) {
            this.name = name;
            this.server = server;
        }

        void enrol(IdleWorkers workers, String code) throws Exception {
            bearer = code;
            TestMachine machine = new TestMachine(name);
            JsonNode unused = get(workers.call(this, "/v1/worker/enroll", Json.write(machine.enroll(code))));
            bearer = machine.bearer();
        }

        void attach(IdleWorkers workers) throws Exception {
            String body = ("{\"protocol\":1,\"name\":\"%s\",\"version\":\"bench\",\"executors\":[\"noop\"],"
                            + "\"capabilities\":[],\"tags\":[],\"slots\":1}")
                    .formatted(name);
            attachment = get(workers.call(this, "/v1/worker/attach", body))
                    .path("worker")
                    .asText();
        }

        void ask(IdleWorkers workers) {
            if (workers.closed) {
                return;
            }
            CompletableFuture<?> unused = workers.call(
                            this, "/v1/worker/lease", "{\"freeSlots\":1,\"maxWait\":\"PT10S\"}")
                    .whenComplete((leased, failure) -> {
                        if (failure == null) {
                            workers.answers.incrementAndGet();
                            leased.path("jobs").forEach(job -> complete(workers, job));
                            ask(workers);
                        } else if (!workers.closed) {
                            workers.failures.incrementAndGet();
                            CompletableFuture.delayedExecutor(
                                            ThreadLocalRandom.current().nextLong(RETRY_MILLIS), TimeUnit.MILLISECONDS)
                                    .execute(() -> ask(workers));
                        }
                    });
        }

        private void complete(IdleWorkers workers, JsonNode job) {
            String body = ("{\"job\":{\"job\":%s,\"leaseToken\":%s},\"outcome\":{\"result\":\"done\",\"exitCode\":null,"
                            + "\"error\":null,\"killConfirmed\":true},\"lastLog\":0,\"artifacts\":[],\"receipt\":{"
                            + "\"confinement\":{\"profile\":null,\"effective\":null,\"backend\":null,\"limits\":[]},"
                            + "\"output\":{\"bytes\":0,\"lines\":0,\"dropped\":0,\"masked\":0},\"survivors\":0,"
                            + "\"refused\":[]}}")
                    .formatted(job.path("id"), job.path("leaseToken"));
            CompletableFuture<?> unused = workers.call(this, "/v1/worker/complete", body);
        }

        private static JsonNode get(CompletableFuture<JsonNode> answer) throws Exception {
            return answer.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        }
    }
}
