package pond.worker.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pond.common.api.LogStream;
import pond.common.ids.ArtifactName;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Completion;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Outcome;
import pond.common.protocol.Progress;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Receipt;
import pond.common.protocol.Refusal;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.SealedCredential;
import pond.common.protocol.UsageBatch;
import pond.common.protocol.WorkerHttp;
import pond.worker.transport.WireServer.Asked;

class HttpWorkerProtocolTest {
    private static final Duration WAIT = Duration.ofSeconds(1);

    private WireServer server;
    private HttpWorkerProtocol protocol;

    @BeforeEach
    void start() throws Exception {
        server = new WireServer();
        protocol = TestProtocol.attached(server);
    }

    @AfterEach
    void stop() {
        protocol.close();
        server.close();
    }

    @Test
    void attachShowsTheBearerAndNoAttachment() {
        Asked asked = server.last();

        assertThat(asked.method() + " " + asked.path()).isEqualTo("POST /v1/worker/attach");
        assertThat(asked.headers())
                .containsEntry("authorization", "Bearer " + TestProtocol.BEARER)
                .containsEntry("user-agent", "pond-worker/test")
                .doesNotContainKey("pond-attachment");
        assertThat(asked.body()).contains("\"name\":\"box\"").contains("\"slots\":2");
    }

    @Test
    void everyCallGoesToItsPathUnderTheAttachment() throws Exception {
        server.json(WorkerHttp.LEASE_JOBS, "{\"jobs\":[]}")
                .json(WorkerHttp.RENEW, "{\"cancel\":[],\"lost\":[],\"drain\":true}")
                .json(WorkerHttp.LOGS, "{\"upTo\":7}")
                .done(WorkerHttp.PROGRESS)
                .done(WorkerHttp.USAGE)
                .done(WorkerHttp.COMPLETE)
                .done(WorkerHttp.DETACH);

        assertThat(TestProtocol.get(protocol.lease(new LeaseRequest(1, WAIT)))).isEmpty();
        isPost(WorkerHttp.LEASE_JOBS, "{\"freeSlots\":1,\"maxWait\":\"PT1S\"}");
        assertThat(TestProtocol.get(protocol.renew(new RenewRequest(List.of(), false, WAIT)))
                        .drain())
                .isTrue();
        isPost(WorkerHttp.RENEW, "\"draining\":false");
        assertThat(TestProtocol.get(protocol.logs(batch("a line")))).isEqualTo(7);
        isPost(WorkerHttp.LOGS, "a line");
        TestProtocol.get(protocol.progress(new Progress(TestProtocol.JOB, 1, 2, "half")));
        isPost(WorkerHttp.PROGRESS, "half");
        TestProtocol.get(protocol.usage(new UsageBatch(TestProtocol.JOB, List.of())));
        isPost(WorkerHttp.USAGE, "\"records\":[]");
        TestProtocol.get(
                protocol.complete(new Completion(TestProtocol.JOB, Outcome.done(0), 7, List.of(), Receipt.NONE, null)));
        isPost(WorkerHttp.COMPLETE, "\"lastLog\":7");
        TestProtocol.get(protocol.detach());
        isPost(WorkerHttp.DETACH, "");
    }

    @Test
    void whatHasNoRoomForTheJobNamesItInHeaders() throws Exception {
        server.json(WorkerHttp.INPUTS, "{\"inputs\":[]}")
                .on(WorkerHttp.INPUT + "abc", exchange -> WireServer.send(exchange, 200, "application/x-tar", "bytes"))
                .on(WorkerHttp.BUNDLE, exchange -> WireServer.send(exchange, 200, "application/x-tar", "bundle"));

        assertThat(TestProtocol.get(protocol.inputs(TestProtocol.JOB))).isEmpty();
        isGet(WorkerHttp.INPUTS);
        assertThat(text(TestProtocol.get(protocol.input(TestProtocol.JOB, "abc"))))
                .isEqualTo("bytes");
        isGet(WorkerHttp.INPUT + "abc");
        assertThat(text(TestProtocol.get(protocol.bundle(TestProtocol.JOB)))).isEqualTo("bundle");
        isGet(WorkerHttp.BUNDLE);
        assertThat(server.last().header("accept-encoding")).isEqualTo("identity");
    }

    @Test
    void aCredentialIsAskedForByItsJobAndComesSealed() throws Exception {
        server.json(WorkerHttp.CREDENTIAL, "{\"sealed\":\"c2VhbGVk\",\"later\":1}");

        assertThat(TestProtocol.get(protocol.credential(TestProtocol.JOB))).isEqualTo(new SealedCredential("c2VhbGVk"));
        isPost(WorkerHttp.CREDENTIAL, TestProtocol.JOB.job().toString());
        assertThat(server.last().body()).contains(TestProtocol.JOB.leaseToken());

        server.on(
                WorkerHttp.CREDENTIAL,
                exchange -> WireServer.send(
                        exchange,
                        422,
                        "application/problem+json",
                        "{\"title\":\"t\",\"status\":422,\"detail\":\"there is no credential 'main'\","
                                + "\"refusal\":\"credential_missing\"}"));
        assertThat(TestProtocol.failure(protocol.credential(TestProtocol.JOB)))
                .isInstanceOfSatisfying(ProtocolException.class, refused -> {
                    assertThat(refused.refusal()).isEqualTo(Refusal.CREDENTIAL_MISSING);
                    assertThat(refused).hasMessage("there is no credential 'main'");
                });
    }

    @Test
    void anAnswerWithoutASealedCredentialIsNoAnswer() throws Exception {
        server.json(WorkerHttp.CREDENTIAL, "{}");

        TestProtocol.isIo(TestProtocol.failure(protocol.credential(TestProtocol.JOB)));
    }

    @Test
    void anArtifactIsSentFromItsOffsetAndItsStreamIsClosed() throws Exception {
        server.json(WorkerHttp.UPLOADED, "{\"upTo\":3}").done(WorkerHttp.ARTIFACTS + "reports/a%20b.txt");
        ArtifactUpload upload = new ArtifactUpload(TestProtocol.JOB, new ArtifactName("reports/a b.txt"), 10, "ab12");
        AtomicBoolean closed = new AtomicBoolean();

        assertThat(TestProtocol.get(protocol.uploaded(upload))).isEqualTo(3);
        TestProtocol.get(protocol.putArtifact(upload, 3, closing("3456789", closed)));

        Asked asked = server.last();
        assertThat(asked.method()).isEqualTo("PUT");
        assertThat(asked.body()).isEqualTo("3456789");
        assertThat(asked.headers())
                .containsEntry("content-length", "7")
                .containsEntry("pond-size", "10")
                .containsEntry("pond-offset", "3")
                .containsEntry("pond-sha256", "ab12")
                .containsEntry("pond-job", TestProtocol.JOB.job().toString())
                .containsEntry("pond-lease", TestProtocol.JOB.leaseToken());
        assertThat(closed).isTrue();
    }

    @Test
    void anArtifactThatIsShorterThanAnnouncedFailsAndIsClosed() throws Exception {
        server.done(WorkerHttp.ARTIFACTS + "a");
        ArtifactUpload upload = new ArtifactUpload(TestProtocol.JOB, new ArtifactName("a"), 100, "ab12");
        AtomicBoolean closed = new AtomicBoolean();

        TestProtocol.isIo(TestProtocol.failure(protocol.putArtifact(upload, 0, closing("short", closed))));

        assertThat(closed).isTrue();
    }

    @Test
    void onlyLargeBodiesAreCompressed() throws Exception {
        server.json(WorkerHttp.LOGS, "{\"upTo\":1}");

        TestProtocol.get(protocol.logs(batch("small")));
        assertThat(server.last().gzip()).isFalse();
        TestProtocol.get(protocol.logs(batch("x".repeat(5000))));

        assertThat(server.last().gzip()).isTrue();
        assertThat(Integer.parseInt(server.last().header("content-length"))).isLessThan(1000);
        assertThat(server.last().body()).contains("x".repeat(5000));
    }

    @Test
    void connectionsSendAtOnceAndAreUsedAgain() throws Exception {
        server.done(WorkerHttp.PROGRESS);
        List<Socket> sockets = new ArrayList<>();
        OkHttpClient client = protocol.connections()
                .jobs()
                .newBuilder()
                .eventListener(new EventListener() {
                    @Override
                    public void connectionAcquired(Call call, Connection connection) {
                        sockets.add(connection.socket());
                    }
                })
                .build();
        for (int i = 0; i < 3; i++) {
            client.newCall(protocol.connections().request(WorkerHttp.ATTACH).build())
                    .execute()
                    .close();
        }

        assertThat(sockets).hasSize(3);
        assertThat(Set.copyOf(sockets)).hasSize(1);
        assertThat(sockets.get(0).getTcpNoDelay()).isTrue();
    }

    @Test
    void aWaitingLeaseHoldsUpNothingElse() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        server.on(WorkerHttp.LEASE_JOBS, exchange -> waiting.await()).done(WorkerHttp.PROGRESS);
        List<CompletableFuture<?>> leases = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            leases.add(protocol.lease(new LeaseRequest(1, Duration.ofSeconds(10))));
        }

        TestProtocol.get(protocol.progress(new Progress(TestProtocol.JOB, 1, 2, null)));

        assertThat(leases).noneMatch(CompletableFuture::isDone);
        waiting.countDown();
    }

    @Test
    void cancellingTheFutureCancelsTheCall() {
        CountDownLatch waiting = new CountDownLatch(1);
        server.on(WorkerHttp.LEASE_JOBS, exchange -> waiting.await());
        CompletableFuture<?> lease = protocol.lease(new LeaseRequest(1, Duration.ofSeconds(10)));
        await().until(() -> protocol.connections().vital().dispatcher().runningCallsCount() == 1);

        lease.cancel(true);

        await().until(() -> protocol.connections().vital().dispatcher().runningCallsCount() == 0);
        waiting.countDown();
    }

    @Test
    void cancellingAnUploadEndsItAndClosesItsStream() {
        CountDownLatch waiting = new CountDownLatch(1);
        server.on(WorkerHttp.ARTIFACTS + "a", exchange -> waiting.await());
        AtomicBoolean closed = new AtomicBoolean();
        ArtifactUpload upload = new ArtifactUpload(TestProtocol.JOB, new ArtifactName("a"), 1, "ab12");
        CompletableFuture<Void> put = protocol.putArtifact(upload, 0, closing("x", closed));
        await().until(() -> server.last().path().equals(WorkerHttp.ARTIFACTS + "a"));

        put.cancel(true);

        await().until(() -> protocol.connections().bytes().dispatcher().runningCallsCount() == 0);
        assertThat(closed).isTrue();
        waiting.countDown();
    }

    /** The name has two addresses on most machines, and the server listens on one of them. */
    @Test
    void anotherAddressOfTheSameNameIsTried() throws Exception {
        HttpSettings settings = TestProtocol.settings("http://localhost:" + server.port(), null);
        try (HttpWorkerProtocol named = HttpWorkerProtocol.open(settings, TestProtocol.BEARER)) {
            assertThat(TestProtocol.get(named.attach(TestProtocol.ATTACH)).worker())
                    .hasToString(TestProtocol.ATTACHMENT);
        }
    }

    @Test
    void aServerThatCameBackIsReachedByTheSecondTryAtTheLatest() throws Exception {
        server.done(WorkerHttp.PROGRESS);
        Progress progress = new Progress(TestProtocol.JOB, 1, 2, null);
        List<CompletableFuture<Void>> many = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            many.add(protocol.progress(progress));
        }
        for (CompletableFuture<Void> one : many) {
            TestProtocol.get(one);
        }
        int port = server.port();
        server.close();
        server = new WireServer(port).done(WorkerHttp.PROGRESS);

        CompletableFuture<Void> first = protocol.progress(progress);
        await().until(first::isDone);

        TestProtocol.get(protocol.progress(progress));
    }

    private void isPost(String path, String part) {
        Asked asked = server.last();
        assertThat(asked.method() + " " + asked.path()).isEqualTo("POST " + path);
        assertThat(asked.body()).contains(part);
        isUnderTheAttachment(asked);
    }

    private void isGet(String path) {
        Asked asked = server.last();
        assertThat(asked.method() + " " + asked.path()).isEqualTo("GET " + path);
        assertThat(asked.headers())
                .containsEntry("pond-job", TestProtocol.JOB.job().toString())
                .containsEntry("pond-lease", TestProtocol.JOB.leaseToken());
        isUnderTheAttachment(asked);
    }

    private static void isUnderTheAttachment(Asked asked) {
        assertThat(asked.headers())
                .containsEntry("authorization", "Bearer " + TestProtocol.BEARER)
                .containsEntry("pond-attachment", TestProtocol.ATTACHMENT);
    }

    private static LogBatch batch(String text) {
        return new LogBatch(TestProtocol.JOB, 1, List.of(new LogBatch.Line(Instant.EPOCH, LogStream.STDOUT, text)));
    }

    private static InputStream closing(String text, AtomicBoolean closed) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public void close() {
                closed.set(true);
            }
        };
    }

    private static String text(InputStream stream) throws IOException {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
