package pond.server.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pond.common.api.LogStream;
import pond.common.definition.ExecutorKind;
import pond.common.ids.ArtifactName;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;
import pond.common.json.Json;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Attach;
import pond.common.protocol.Completion;
import pond.common.protocol.Job;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Outcome;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Receipt;
import pond.common.protocol.Refusal;
import pond.common.protocol.WorkerHttp;
import pond.common.protocol.WorkerProtocol;
import pond.server.dispatch.TestDispatch;
import pond.testing.TestMachine;

/** What only HTTP can do to the protocol: bodies that break off, are large or compressed, callers that hang up, a crowd. */
class HttpEdgesTest {
    /** As many uploads and downloads are served at a time. */
    private static final int TRANSFERS = 24;

    private static final int SLOTS = 32;

    private final Random random = new Random(7);
    private TestDispatch server;
    private WorkerRoutes routes;
    private TestMachine machine;
    private WorkerProtocol worker;
    private WorkerId attachment;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        server = new TestDispatch(folder, new Job.Limits(1 << 20, 64 << 20));
        routes = new WorkerRoutes(server);
        machine = new TestMachine("w");
        server.enroll(machine);
        worker = routes.client(machine.bearer());
        attachment = attach(worker);
    }

    @AfterEach
    void close() {
        routes.close();
        server.close();
    }

    @Test
    void anUploadWhoseConnectionBrokeGoesOnFromThere() throws IOException {
        byte[] bytes = bytes(600_000);
        server.submit("garden", TestDispatch.noop("make") + "," + TestDispatch.noop("use"));
        Job job = leaseOne(worker);
        ArtifactUpload upload = upload(job, "a", bytes);

        try (Socket socket = routes.http.connect()) {
            begin(socket, upload, Arrays.copyOf(bytes, 400_000));
        }

        await().untilAsserted(() -> assertThat(get(worker.uploaded(upload))).isEqualTo(400_000));
        get(worker.putArtifact(upload, 400_000, new ByteArrayInputStream(bytes, 400_000, 200_000)));
        assertThat(readByTheNext(job, upload)).isEqualTo(bytes);
    }

    @Test
    void anUploadThatItsWorkerBrokeOffGoesOnFromThere() throws IOException {
        byte[] bytes = bytes(600_000);
        server.submit("garden", TestDispatch.noop("make") + "," + TestDispatch.noop("use"));
        Job job = leaseOne(worker);
        ArtifactUpload upload = upload(job, "a", bytes);
        InputStream breaking = new FilterInputStream(new ByteArrayInputStream(bytes, 0, 400_000)) {
            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                int some = super.read(into, offset, length);
                if (some < 0) {
                    throw new IOException("the disk is gone");
                }
                return some;
            }
        };

        assertThat(failure(worker.putArtifact(upload, 0, breaking))).hasStackTraceContaining("the disk is gone");

        await().untilAsserted(() -> assertThat(get(worker.uploaded(upload))).isPositive());
        await().ignoreException(AssertionError.class).until(() -> {
            int from = Math.toIntExact(get(worker.uploaded(upload)));
            get(worker.putArtifact(upload, from, new ByteArrayInputStream(bytes, from, bytes.length - from)));
            return true;
        });
        assertThat(readByTheNext(job, upload)).isEqualTo(bytes);
    }

    /** A JSON body may have 8 MiB; bytes are not one. */
    @Test
    void anArtifactOf20MibGoesUpAndDown() throws IOException {
        byte[] bytes = bytes(20 << 20);
        server.submit("garden", TestDispatch.noop("make") + "," + TestDispatch.noop("use"));
        Job job = leaseOne(worker);
        ArtifactUpload upload = upload(job, "a", bytes);

        get(worker.putArtifact(upload, 0, new ByteArrayInputStream(bytes)));

        assertThat(readByTheNext(job, upload)).isEqualTo(bytes);
    }

    @Test
    void aCompressedBodyIsRead() throws IOException {
        RunId run = server.submit("garden", TestDispatch.noop("make"));
        Job job = leaseOne(worker);
        LogBatch.Line line = new LogBatch.Line(Instant.EPOCH, LogStream.STDOUT, "a".repeat(2_000));
        byte[] body = Json.write(new LogBatch(job.ref(), 1, List.of(line))).getBytes(StandardCharsets.UTF_8);

        HttpResponse<String> answer = postLogs("gzip", gzip(body));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"upTo\":1}");
        assertThat(server.lines(run)).containsExactly(line.text());
    }

    @ParameterizedTest
    @CsvSource({"gzip, plain, 400", "gzip, cut, 400", "gzip, bomb, 413", "br, plain, 415"})
    void aBodyThatCannotBeUnpackedIsRefused(String encoding, String body, int status) throws IOException {
        byte[] bytes = switch (body) {
            case "cut" -> Arrays.copyOf(gzip(new byte[9_000]), 20);
            case "bomb" -> gzip(new byte[9 << 20]);
            default -> "{}".getBytes(StandardCharsets.UTF_8);
        };

        HttpResponse<String> answer = postLogs(encoding, bytes);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains("\"status\":" + status);
    }

    @Test
    void aJobGoesPastAWaitingCallerWhoHasHungUp() throws IOException {
        TestMachine second = new TestMachine("second");
        server.enroll(second);
        WorkerProtocol other = routes.client(second.bearer());
        attach(other);
        try (Socket gone = routes.http.connect()) {
            byte[] body =
                    Json.write(new LeaseRequest(1, Duration.ofSeconds(10))).getBytes(StandardCharsets.UTF_8);
            write(gone, "POST " + WorkerHttp.LEASE_JOBS, "Content-Type: application/json", body.length, body);
            gone.setSoTimeout(500);
            assertThatThrownBy(() -> gone.getInputStream().read())
                    .as("the caller waits")
                    .isInstanceOf(SocketTimeoutException.class);
        }
        Awaitility.await().until(() -> routes.http.answers.waiting() == 0);
        CompletableFuture<List<Job>> waiting = other.lease(new LeaseRequest(1, Duration.ofSeconds(10)));

        RunId run = server.submit("garden", TestDispatch.noop("make"));

        // Far less than the caller before it would have waited.
        assertThat(waiting.orTimeout(4, TimeUnit.SECONDS))
                .succeedsWithin(Duration.ofSeconds(5))
                .satisfies(jobs -> assertThat(jobs).extracting(Job::run).containsExactly(run));
    }

    @Test
    void oneTransferTooManyIsToldWhenToComeBack() throws IOException {
        server.submit("garden", TestDispatch.noop("make"));
        Job job = leaseOne(worker);
        byte[] bytes = bytes(1_000);
        List<Socket> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < TRANSFERS; i++) {
                Socket socket = routes.http.connect();
                crowd.add(socket);
                server.submit("garden", TestDispatch.noop("make"));
                begin(socket, upload(leaseOne(worker), "held", bytes(1_000)), bytes(10));
            }
            await().until(() -> {
                CompletableFuture<Void> call =
                        worker.putArtifact(upload(job, "late", bytes), 0, new ByteArrayInputStream(bytes));
                return get(call.handle((nothing, thrown) -> thrown instanceof ProtocolException refused
                        && refused.refusal() == Refusal.BUSY
                        && refused.retryAfter().equals(Optional.of(Duration.ofSeconds(1)))));
            });
            assertThat(get(worker.lease(new LeaseRequest(1, Duration.ZERO))))
                    .as("others are served")
                    .isEmpty();
        } finally {
            for (Socket socket : crowd) {
                socket.close();
            }
        }
        await().untilAsserted(
                        () -> get(worker.putArtifact(upload(job, "after", bytes), 0, new ByteArrayInputStream(bytes))));
    }

    private WorkerId attach(WorkerProtocol one) {
        WorkerId id = get(one.attach(new Attach(
                        WorkerProtocol.VERSION, "w", "1", Set.of(ExecutorKind.NOOP), Set.of(), Set.of(), SLOTS)))
                .worker();
        server.settle();
        return id;
    }

    private static Job leaseOne(WorkerProtocol one) {
        List<Job> jobs = get(one.lease(new LeaseRequest(1, Duration.ofSeconds(10))));
        assertThat(jobs).hasSize(1);
        return jobs.get(0);
    }

    /** Ends the job with this artifact, and what the job after it then reads. */
    private byte[] readByTheNext(Job job, ArtifactUpload upload) throws IOException {
        Completion.Produced produced = new Completion.Produced(upload.name(), upload.sha256());
        get(worker.complete(new Completion(job.ref(), Outcome.done(0), 0, List.of(produced), Receipt.NONE, null)));
        Job next = leaseOne(worker);
        try (InputStream input = get(worker.input(next.ref(), upload.sha256()))) {
            return input.readAllBytes();
        }
    }

    private byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private static ArtifactUpload upload(Job job, String name, byte[] bytes) {
        return new ArtifactUpload(job.ref(), new ArtifactName(name), bytes.length, sha256(bytes));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> postLogs(String encoding, byte[] body) {
        return routes.http.send(routes.http
                .request(WorkerHttp.LOGS)
                .header("Authorization", "Bearer " + machine.bearer())
                .header(WorkerHttp.ATTACHMENT, attachment.toString())
                .header("Content-Type", "application/json")
                .header("Content-Encoding", encoding)
                .POST(BodyPublishers.ofByteArray(body))
                .build());
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(small)) {
            gzip.write(plain);
        }
        return small.toByteArray();
    }

    /** Sends the head of an upload and some of its bytes. */
    private void begin(Socket socket, ArtifactUpload upload, byte[] part) throws IOException {
        String headers = String.join(
                "\r\n",
                WorkerHttp.JOB + ": " + upload.job().job(),
                WorkerHttp.LEASE + ": " + upload.job().leaseToken(),
                WorkerHttp.SIZE + ": " + upload.size(),
                WorkerHttp.SHA256 + ": " + upload.sha256(),
                WorkerHttp.OFFSET + ": 0");
        write(socket, "PUT " + WorkerHttp.ARTIFACTS + upload.name(), headers, upload.size(), part);
    }

    private void write(Socket socket, String request, String headers, long length, byte[] part) throws IOException {
        String head = String.join(
                "\r\n",
                request + " HTTP/1.1",
                "Host: pond",
                "Authorization: Bearer " + machine.bearer(),
                WorkerHttp.ATTACHMENT + ": " + attachment,
                headers,
                "Content-Length: " + length,
                "",
                "");
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(part);
        socket.getOutputStream().flush();
    }
}
