package pond.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import pond.common.json.Json;
import pond.common.protocol.Attached;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.WorkerHttp;
import pond.testing.TestMachine;

/**
 * Many workers that wait for jobs, without a process for each: every one enrols, attaches, keeps one {@code lease} call
 * waiting, ends what it is given at once as done, and after a failure asks again as a real one does, after a random part of
 * five seconds. Each is a thread with a small stack and one connection, which costs the machine next to nothing while it
 * waits.
 */
final class IdleWorkers implements AutoCloseable {
    private static final long RETRY_MILLIS = 5_000;
    private static final long STACK_BYTES = 256 * 1024;

    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger answers = new AtomicInteger();
    private final Map<String, Long> arrivals = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<One> all = new ArrayList<>();

    /** Enrols and attaches {@code count} workers; they begin to wait for jobs when this returns. */
    static IdleWorkers attach(Server server, int count) throws Exception {
        IdleWorkers workers = new IdleWorkers();
        String code;
        try (Wire wire = server.connect()) {
            code = wire.post("/v1/admin/pool/enrollment-codes", "{\"max_uses\":" + count + "}")
                    .path("code")
                    .asText();
        }
        for (int i = 0; i < count; i++) {
            workers.all.add(One.attached(server.uri(), "idle-" + i, code));
        }
        for (One one : workers.all) {
            Thread thread = new Thread(null, () -> workers.serve(one), one.name, STACK_BYTES);
            thread.setDaemon(true);
            thread.start();
        }
        return workers;
    }

    /** Answers to lease calls since the last look, and starts to count anew. */
    int answersSince() {
        return answers.getAndSet(0);
    }

    /** When a run's last job was in a worker's hands, by {@link System#nanoTime}; forgets it. */
    long arrival(String run) {
        Long at = arrivals.remove(run);
        if (at == null) {
            throw new IllegalStateException("no job of run " + run + " has come");
        }
        return at;
    }

    /** Calls that had no answer, or a refusal, since the start. */
    int failures() {
        return failures.get();
    }

    /** Calls that had an answer of 300 or above, since the start. */
    int refusals() {
        return refusals.get();
    }

    /** Until the end; a thread per worker. */
    private void serve(One one) {
        try {
            do {
                try (Wire wire = one.connect()) {
                    while (closed.getCount() > 0) {
                        turn(one, wire);
                    }
                } catch (Wire.Refused e) {
                    refusals.incrementAndGet();
                    failures.incrementAndGet();
                } catch (IOException e) {
                    failures.incrementAndGet();
                }
            } while (!closed.await(ThreadLocalRandom.current().nextLong(RETRY_MILLIS), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void turn(One one, Wire wire) throws IOException {
        JsonNode leased = wire.post(WorkerHttp.LEASE_JOBS, one.request);
        long now = System.nanoTime();
        answers.incrementAndGet();
        for (JsonNode job : leased.path("jobs")) {
            arrivals.put(job.path("run").asText(), now);
            JsonNode unused = wire.post(WorkerHttp.COMPLETE, done(job));
        }
    }

    private static String done(JsonNode job) {
        return ("{\"job\":{\"job\":%s,\"leaseToken\":%s},\"outcome\":{\"result\":\"done\",\"exitCode\":null,"
                        + "\"error\":null,\"killConfirmed\":true},\"lastLog\":0,\"artifacts\":[],\"receipt\":{"
                        + "\"confinement\":{\"profile\":null,\"effective\":null,\"backend\":null,\"limits\":[]},"
                        + "\"output\":{\"bytes\":0,\"lines\":0,\"dropped\":0,\"masked\":0},\"survivors\":0,"
                        + "\"refused\":[]}}")
                .formatted(job.path("id"), job.path("leaseToken"));
    }

    /** Ends all connections. */
    @Override
    public void close() throws IOException {
        closed.countDown();
        for (One one : all) {
            one.hangUp();
        }
    }

    private static final class One {
        private final String name;
        private final URI server;
        private final String bearer;
        private final String attachment;
        private final String request;
        private volatile @Nullable Wire wire;

        private One(String name, URI server, String bearer, Attached attached) {
            this.name = name;
            this.server = server;
            this.bearer = bearer;
            this.attachment = WorkerHttp.ATTACHMENT + ": " + attached.worker() + "\r\n";
            this.request = Json.write(new LeaseRequest(1, attached.maxLeaseWait()));
        }

        static One attached(URI server, String name, String code) throws IOException {
            TestMachine machine = new TestMachine(name);
            try (Wire wire = new Wire(server, code)) {
                JsonNode unused = wire.post(WorkerHttp.ENROLL, Json.write(machine.enroll(code)));
            }
            String attach = ("{\"protocol\":1,\"name\":\"%s\",\"version\":\"bench\",\"executors\":[\"noop\"],"
                            + "\"capabilities\":[],\"tags\":[],\"slots\":1}")
                    .formatted(name);
            try (Wire wire = new Wire(server, machine.bearer())) {
                String attached = wire.post(WorkerHttp.ATTACH, attach).toString();
                return new One(name, server, machine.bearer(), Json.read(attached, Attached.class));
            }
        }

        Wire connect() throws IOException {
            Wire fresh = new Wire(server, bearer, attachment);
            wire = fresh;
            return fresh;
        }

        void hangUp() throws IOException {
            Wire now = wire;
            if (now != null) {
                now.close();
            }
        }
    }
}
