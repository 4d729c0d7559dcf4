package pond.server.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.artifacts.TestArtifacts.job;
import static pond.server.artifacts.TestArtifacts.produced;
import static pond.server.artifacts.TestArtifacts.producer;
import static pond.server.artifacts.TestArtifacts.sha256;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.ids.ArtifactName;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.JobRef;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;

/** Uploads that break and go on. */
class ResumeTest {
    private final RunId run = new RunId(UUID.randomUUID());
    private final JobId job = job();
    private TestArtifacts artifacts;

    @BeforeEach
    void open(@TempDir Path folder) {
        artifacts = new TestArtifacts(folder);
    }

    @AfterEach
    void close() {
        artifacts.close();
    }

    @Test
    void aBrokenUploadGoesOnWhereItBroke() {
        ArtifactUpload upload = upload(job, "a", "hello world");
        assertThat(uploaded(upload)).isZero();

        assertThat(failure(put(upload, 0, broken("hello")))).isInstanceOf(UncheckedIOException.class);
        assertThat(uploaded(upload)).isEqualTo(5);
        assertThat(failure(put(upload, 5, broken(" wo")))).isInstanceOf(UncheckedIOException.class);
        assertThat(uploaded(upload)).isEqualTo(8);
        get(put(upload, 8, bytes("rld")));

        get(artifacts.publish(producer(run, 0, "s"), job, produced("a", "hello world")));
        assertThat(artifacts.text(artifacts.service.list(run).get(0))).isEqualTo("hello world");
        assertThat(artifacts.onDisk()).hasSize(1);
    }

    @Test
    void aSmallerOffsetWritesOverWhatIsThere() {
        ArtifactUpload upload = upload(job, "a", "hello");
        failure(put(upload, 0, broken("heXX")));

        get(put(upload, 2, bytes("llo")));

        get(artifacts.publish(producer(run, 0, "s"), job, produced("a", "hello")));
    }

    @Test
    void anOffsetPastTheEndIsRefusedAndHarmless() {
        ArtifactUpload upload = upload(job, "a", "hello");
        failure(put(upload, 0, broken("he")));

        assertThat(refusal(put(upload, 3, bytes("lo")))).isEqualTo(Refusal.INVALID);
        assertThat(refusal(put(upload, -1, bytes("hello")))).isEqualTo(Refusal.INVALID);
        assertThat(uploaded(upload)).isEqualTo(2);
        get(put(upload, 2, bytes("llo")));
    }

    @Test
    void theDigestIsCheckedOverTheWhole() {
        ArtifactUpload upload = upload(job, "a", "hello");
        failure(put(upload, 0, broken("jel")));

        assertThat(refusal(put(upload, 3, bytes("lo")))).isEqualTo(Refusal.ARTIFACT_REFUSED);
        assertThat(artifacts.onDisk()).isEmpty();
        assertThat(uploaded(upload)).isZero();
    }

    @Test
    void bytesThatHadAllArrivedBeforeTheBreakAreTaken() {
        ArtifactUpload upload = upload(job, "a", "hello");
        failure(put(upload, 0, broken("hello")));

        assertThat(uploaded(upload)).isEqualTo(5);

        get(artifacts.publish(producer(run, 0, "s"), job, produced("a", "hello")));
    }

    @Test
    void bytesOfTheSameRunNeedNotBeSentAgainButThoseOfAnotherDo() {
        artifacts.put(producer(run, 0, "first"), "a", "hello");

        ArtifactUpload again = upload(job, "b", "hello");
        assertThat(get(artifacts.service.uploaded(new RunId(UUID.randomUUID()), again, TestArtifacts.MAX_BYTES)))
                .isZero();
        assertThat(failure(artifacts.publish(producer(run, 1, "second"), job, produced("b", "hello"))))
                .isInstanceOf(ProtocolException.class);
        assertThat(uploaded(again)).isEqualTo(5);
        get(artifacts.publish(producer(run, 1, "second"), job, produced("b", "hello")));
    }

    /** The server has not noticed that the first connection is dead when the second comes. */
    @Test
    void aNewerTryTakesOverFromOneThatHangs() throws Exception {
        ArtifactUpload upload = upload(job, "a", "hello");
        CompletableFuture<Void> reached = new CompletableFuture<>();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        InputStream hanging = new SequenceInputStream(bytes("he"), new InputStream() {
            @Override
            public int read() {
                reached.complete(null);
                get(gate);
                return 'X';
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                into[offset] = (byte) read();
                return 1;
            }
        });
        CompletableFuture<Digest> first = CompletableFuture.supplyAsync(() -> get(put(upload, 0, hanging)));
        get(reached);

        get(put(upload, 2, bytes("llo")));
        gate.complete(null);

        assertThat(failure(first)).hasRootCauseInstanceOf(ProtocolException.class);
        get(artifacts.publish(producer(run, 0, "s"), job, produced("a", "hello")));
        assertThat(artifacts.text(artifacts.service.list(run).get(0))).isEqualTo("hello");
    }

    @Test
    void oneJobKeepsSoManyBrokenUploadsAndNoneWhenItIsOver() {
        for (int i = 0; i < 20; i++) {
            failure(put(upload(job, "a" + i, "hello " + i), 0, broken("hel")));
        }
        assertThat(artifacts.onDisk()).hasSizeBetween(1, 8);

        assertThat(artifacts.service.sweepPartial(any -> true)).isZero();
        assertThat(artifacts.service.sweepPartial(any -> false)).isPositive();
        assertThat(artifacts.onDisk()).isEmpty();
    }

    @Test
    void theArtifactsOfOneJobHaveABoundTogether() {
        String half = "x".repeat((int) TestArtifacts.MAX_BYTES / 2);
        get(artifacts.upload(job, "a", half));
        get(artifacts.upload(job, "b", half));

        assertThat(refusal(artifacts.upload(job, "c", "more"))).isEqualTo(Refusal.ARTIFACT_REFUSED);
        get(artifacts.upload(job, "b", "less"));
    }

    private long uploaded(ArtifactUpload upload) {
        return get(artifacts.service.uploaded(run, upload, TestArtifacts.MAX_BYTES));
    }

    private CompletableFuture<Digest> put(ArtifactUpload upload, long offset, InputStream bytes) {
        return artifacts.service.store(upload, offset, bytes, TestArtifacts.MAX_BYTES);
    }

    private static ArtifactUpload upload(JobId job, String name, String text) {
        return new ArtifactUpload(new JobRef(job, "token"), new ArtifactName(name), text.length(), sha256(text));
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static InputStream broken(String text) {
        return new SequenceInputStream(bytes(text), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the connection broke");
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return read();
            }
        });
    }

    private static Refusal refusal(CompletableFuture<?> call) {
        return ((ProtocolException) failure(call)).refusal();
    }
}
