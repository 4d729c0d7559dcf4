package pond.server.webhooks;

import static pond.testing.TestDatabase.get;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLSocketFactory;
import org.awaitility.Awaitility;
import pond.common.api.DeliveryStatus;
import pond.common.api.DeliveryView;
import pond.common.api.RunStatus;
import pond.common.api.SubmitRunRequest;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.common.problems.Problems;
import pond.server.TestSchema;
import pond.server.db.Tx;
import pond.server.logs.LogService;
import pond.server.runs.Run;
import pond.server.runs.RunFlow;
import pond.server.runs.RunService;
import pond.server.runs.Submission;
import pond.server.runs.Submitter;
import pond.server.sealing.SourceKey;
import pond.server.sources.guard.AllowedHost;
import pond.server.sources.guard.HostResolver;
import pond.server.stages.Stage;
import pond.server.stages.StageService;
import pond.testing.TestClock;
import pond.testing.TestDatabase;

/** The room with a real database, in which runs end as tests say, on what an earlier one has left in the folder. */
final class TestWebhooks implements AutoCloseable {
    static final String SECRET = "a-secret-for-tests-0123456789";

    private static final RunFlow NOTHING_RUNS = new RunFlow() {
        @Override
        public void submitted(Tx tx, Run run, List<Stage> pending) {}

        @Override
        public void cancelRequested(Tx tx, RunId run) {}
    };

    final TestClock clock;
    final TestDatabase database;
    final RunService runs;
    final WebhookService service;
    private final TestDatabase logDatabase;
    private final Courier courier;

    /** What tests change of a room; the key is its first byte. Attempts have half a minute unless they say otherwise. */
    record Options(String allowed, HostResolver resolver, Duration total, int key) {
        static Options usual() {
            return new Options("127.0.0.1", HostResolver.system(), Duration.ofSeconds(30), 0);
        }

        Options within(Duration deadline) {
            return new Options(allowed, resolver, deadline, key);
        }

        Options allowing(String hosts, HostResolver names) {
            return new Options(hosts, names, total, key);
        }

        Options keyed(int other) {
            return new Options(allowed, resolver, total, other);
        }
    }

    TestWebhooks(Path folder, TestClock clock, Options options) {
        this(folder, clock, options, true);
    }

    /** One that does not send, unless it is started. */
    TestWebhooks(Path folder, TestClock clock, Options options, boolean started) {
        this.clock = clock;
        database = new TestDatabase(folder, "pond", TestSchema.pond(clock));
        logDatabase = new TestDatabase(folder, "logs", TestSchema.logs(clock));
        LogService logs = new LogService(logDatabase.db, clock, Long.MAX_VALUE / 2);
        byte[] key = new byte[32];
        key[0] = (byte) options.key();
        runs = new RunService(database.db, logs, new StageService(), new SourceKey(key), clock);
        WebhookSettings usual = WebhookSettings.of(AllowedHost.parseList(options.allowed()), "pond/test");
        WebhookSettings settings = new WebhookSettings(
                usual.allowedHosts(),
                usual.userAgent(),
                usual.connect(),
                options.total(),
                usual.lifetime(),
                usual.pauses(),
                4,
                3,
                2);
        service = new WebhookService(database.db, settings, clock);
        runs.onEnd(service);
        courier = new Courier(
                database.db,
                runs,
                service,
                settings,
                new Courier.Network(options.resolver(), (SSLSocketFactory) SSLSocketFactory.getDefault()),
                clock);
        if (started) {
            courier.start();
        }
    }

    /** A run that was submitted with a callback to that address, and is done. */
    RunId end(String url) {
        return end("garden", url);
    }

    RunId end(String project, String url) {
        return end(submit(project, "\"callback\":{\"url\":\"%s\",\"secret\":\"%s\"},".formatted(url, SECRET)));
    }

    /** A run with more fields in its body, each with a comma behind. */
    RunId submit(String more) {
        return submit("garden", more);
    }

    RunId submit(String project, String more) {
        String body =
                "{%s\"definition\":{\"stages\":[{\"key\":\"a\",\"executor\":{\"kind\":\"noop\"}}]}}".formatted(more);
        SubmitRunRequest request =
                SubmitRunRequest.read(Json.readTree(body), new Problems()).orElseThrow();
        Submission submission = new Submission(
                new ProjectId(project), Submitter.SERVICE, request, List.of(), List.of(), Optional.empty());
        return get(runs.submit(submission, NOTHING_RUNS)).run().id();
    }

    RunId end(RunId id) {
        get(database.db.change(tx -> {
            Run queued = runs.get(tx, id);
            runs.update(tx, queued, queued.moved(RunStatus.RUNNING, clock.instant()));
            Run running = runs.get(tx, id);
            runs.update(tx, running, running.moved(RunStatus.DONE, clock.instant()));
        }));
        return id;
    }

    /** The one delivery of a run. */
    DeliveryView delivery(RunId run) {
        List<DeliveryView> all = service.list(run).deliveries();
        if (all.size() != 1) {
            throw new AssertionError("not one delivery: " + all);
        }
        return all.get(0);
    }

    DeliveryView await(RunId run, Predicate<DeliveryView> wanted) {
        return Awaitility.await("the delivery of " + run)
                .atMost(30, TimeUnit.SECONDS)
                .pollInterval(10, TimeUnit.MILLISECONDS)
                .until(() -> delivery(run), wanted);
    }

    DeliveryView awaitAttempts(RunId run, int count) {
        return await(run, delivery -> delivery.attempts().size() >= count);
    }

    DeliveryView awaitStatus(RunId run, DeliveryStatus status) {
        return await(run, delivery -> delivery.status() == status);
    }

    /** Moves the clock, and lets the room see it. */
    void pass(Duration time) {
        clock.advance(time);
        courier.wakeAt(Instant.EPOCH);
    }

    @Override
    public void close() {
        courier.close();
        database.close();
        logDatabase.close();
    }
}
