package pond.server.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.artifacts.TestArtifacts.job;
import static pond.server.artifacts.TestArtifacts.produced;
import static pond.server.artifacts.TestArtifacts.producer;
import static pond.server.artifacts.TestArtifacts.sha256;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
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

class ArtifactServiceTest {
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
    void anUploadIsVisibleOnlyOnceItIsPublished() {
        get(artifacts.upload(job, "out/report.json", "{}"));
        assertThat(artifacts.service.list(run)).isEmpty();

        get(artifacts.publish(producer(run, 0, "scan"), job, produced("out/report.json", "{}")));

        assertThat(artifacts.service.list(run)).singleElement().satisfies(artifact -> {
            assertThat(artifact.digest()).isEqualTo(new Digest(sha256("{}"), 2));
            assertThat(artifact.contentType()).isEqualTo("application/json");
            assertThat(artifact.view().createdAt()).isEqualTo(artifacts.clock.instant());
            assertThat(artifacts.text(artifact)).isEqualTo("{}");
        });
    }

    @Test
    void bytesAreInAFileNamedByTheirDigest() {
        get(artifacts.upload(job, "a", "hello"));

        String sha256 = sha256("hello");
        assertThat(artifacts.onDisk())
                .containsExactly(artifacts.files.resolve(sha256.substring(0, 2)).resolve(sha256));
    }

    @Test
    void equalBytesAreStoredOnce() {
        get(artifacts.upload(job, "a", "same"));
        get(artifacts.upload(job, "b", "same"));
        get(artifacts.upload(job(), "c", "same"));

        assertThat(artifacts.onDisk()).hasSize(1);
    }

    @Test
    void bytesThatAreNotThoseAnnouncedAreRefusedAndLeaveNothing() {
        refused(artifacts.upload(job, "a", "hello", 4, sha256("hell")));
        refused(artifacts.upload(job, "a", "hello", 6, sha256("hello")));
        refused(artifacts.upload(job, "a", "hello", 5, sha256("jello")));
        refused(artifacts.upload(job, "a", "hello", 5, "../../../etc/passwd"));
        refused(artifacts.upload(job, "a", "hello", -1, sha256("")));
        refused(artifacts.upload(job, "a", "hello", TestArtifacts.MAX_BYTES + 1, sha256("hello")));

        assertThat(artifacts.onDisk()).isEmpty();
    }

    @Test
    void aStreamThatBreaksLeavesNothing() {
        InputStream broken = new PipedInputStream();
        ArtifactUpload upload = new ArtifactUpload(new JobRef(job, "token"), new ArtifactName("a"), 5, sha256("hello"));

        assertThat(failure(artifacts.service.store(upload, 0, broken, 100))).isInstanceOf(UncheckedIOException.class);
        assertThat(artifacts.onDisk()).isEmpty();
    }

    @Test
    void publishingWhatNeverArrivedIsRefusedAndChangesNothing() {
        artifacts.put(producer(run, 0, "scan"), "old", "old");
        get(artifacts.upload(job, "a", "hello"));

        assertThat(failure(artifacts.publish(
                        producer(run, 0, "scan"), job, produced("a", "hello"), produced("b", "missing"))))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.INCOMPLETE))
                .hasMessageContaining("'b'");
        assertThat(failure(artifacts.publish(producer(run, 0, "scan"), job, produced("a", "other bytes"))))
                .isInstanceOf(ProtocolException.class);

        assertThat(artifacts.names(run)).containsExactly("scan/old");
        get(artifacts.publish(producer(run, 0, "scan"), job, produced("a", "hello"), produced("a", "hello")));
        assertThat(artifacts.names(run)).containsExactly("scan/a");
    }

    @Test
    void aLaterUploadOfANameReplacesTheEarlierOne() {
        get(artifacts.upload(job, "a", "first"));
        get(artifacts.upload(job, "a", "second"));
        get(artifacts.publish(producer(run, 0, "scan"), job, produced("a", "second")));

        assertThat(artifacts.text(artifacts.service.list(run).get(0))).isEqualTo("second");
    }

    @Test
    void anotherAttemptReplacesAllOfItsPredecessorAndNothingElse() {
        Producer scan = producer(run, 0, "scan");
        artifacts.put(producer(run, 1, "fix"), "a", "stays");
        artifacts.put(new Producer(run, 0, "scan", "area"), "a", "stays");
        artifacts.put(scan, "a", "goes");

        artifacts.put(scan, "b", "comes");

        assertThat(artifacts.names(run)).containsExactly("scan/b", "scan/a", "fix/a");
    }

    @Test
    void droppedUploadsCannotBePublished() {
        get(artifacts.upload(job, "a", "hello"));
        get(artifacts.database.db.write(tx -> {
            artifacts.service.dropUploads(tx, job);
            return true;
        }));

        assertThat(failure(artifacts.publish(producer(run, 0, "scan"), job, produced("a", "hello"))))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void ofSeveralOfANameTheLastStagesLowestSubstageIsFound() {
        artifacts.put(producer(run, 0, "zeta"), "a", "zeta");
        artifacts.put(new Producer(run, 1, "alpha", "2"), "a", "alpha 2");
        artifacts.put(new Producer(run, 1, "alpha", "1"), "a", "alpha 1");
        ArtifactName name = new ArtifactName("a");

        assertThat(found(name, null, null)).isEqualTo("alpha 1");
        assertThat(found(name, "zeta", null)).isEqualTo("zeta");
        assertThat(found(name, "alpha", "2")).isEqualTo("alpha 2");
        assertThat(artifacts.service.find(run, name, "alpha", "3")).isEmpty();
        assertThat(artifacts.service.find(new RunId(UUID.randomUUID()), name, null, null))
                .isEmpty();
    }

    @Test
    void aStageSeesTheArtifactsOfTheStagesThatAreNamed() {
        artifacts.put(producer(run, 0, "one"), "a", "1");
        artifacts.put(producer(run, 1, "two"), "a", "2");
        artifacts.put(producer(run, 2, "three"), "a", "3");

        List<Artifact> two =
                artifacts.database.db.read(tx -> artifacts.service.visibleTo(tx, run, List.of("three", "one")));
        List<Artifact> none = artifacts.database.db.read(tx -> artifacts.service.visibleTo(tx, run, List.of()));

        assertThat(two).extracting(Artifact::stage).containsExactly("one", "three");
        assertThat(none).isEmpty();
    }

    @Test
    void whatTheServerMadeItselfIsShownBesideTheRest() {
        artifacts.put(new Producer(run, 0, "scan", "area"), "part.jsonl", "{}");
        Digest kept = artifacts.service.keep(new ByteArrayInputStream("joined".getBytes(StandardCharsets.UTF_8)), 100);
        get(artifacts.database.db.write(tx -> {
            artifacts.service.add(tx, producer(run, 0, "scan"), new ArtifactName("all.jsonl"), kept);
            return true;
        }));

        assertThat(artifacts.names(run)).containsExactly("scan/all.jsonl", "scan/part.jsonl");
        assertThat(artifacts.text(artifacts.service.list(run).get(0))).isEqualTo("joined");
    }

    @Test
    void theSweepTakesOldFilesThatNoRowNames() {
        artifacts.put(producer(run, 0, "scan"), "shown", "shown");
        JobId alive = job();
        get(artifacts.upload(alive, "a", "staged"));
        get(artifacts.upload(job, "a", "orphan"));
        assertThat(artifacts.service.sweep(alive::equals).files()).isZero();

        artifacts.clock.advance(Duration.ofHours(2));
        get(artifacts.upload(job(), "a", "young"));

        assertThat(artifacts.service.sweep(alive::equals).files()).isEqualTo(1);
        assertThat(artifacts.onDisk())
                .extracting(file -> file.getFileName().toString())
                .containsExactlyInAnyOrder(sha256("shown"), sha256("staged"), sha256("young"));
    }

    @Test
    void anOldFileThatIsUploadedAgainCountsAsYoung() {
        get(artifacts.upload(job, "a", "again"));
        artifacts.clock.advance(Duration.ofHours(2));
        get(artifacts.upload(job(), "a", "again"));

        assertThat(artifacts.service.sweep(id -> false).files()).isZero();
    }

    @Test
    void theBytesOfADeletedRunGoWithTheSweep() {
        artifacts.put(producer(run, 0, "scan"), "a", "text");
        get(artifacts.database.db.write(tx -> {
            artifacts.service.deleteRun(tx, run);
            return true;
        }));
        artifacts.clock.advance(Duration.ofHours(2));
        artifacts.service.sweep(id -> false);

        assertThat(artifacts.onDisk()).isEmpty();
        assertThat(artifacts.service.open(sha256("text"))).isEmpty();
    }

    /** As retention asks for it when it has removed a run. */
    @Test
    void bytesThatARunningJobHasSentAreNotDeletedForAnotherRunsSake() {
        get(artifacts.upload(job, "a", "the same"));
        artifacts.clock.advance(Duration.ofHours(2));

        assertThat(artifacts.service.deleteFiles(List.of(sha256("the same"))).files())
                .isZero();
        get(artifacts.publish(producer(run, 0, "scan"), job, produced("a", "the same")));
        assertThat(found(new ArtifactName("a"), null, null)).isEqualTo("the same");
    }

    /** Between the arrival of bytes and the row that names them. */
    @Test
    void youngBytesAreNotDeletedAlthoughNothingNamesThem() {
        Digest kept = artifacts.service.keep(new ByteArrayInputStream(new byte[10]), 100);

        assertThat(artifacts.service.deleteFiles(List.of(kept.sha256())).files())
                .isZero();
        artifacts.clock.advance(Duration.ofHours(2));
        assertThat(artifacts.service.deleteFiles(List.of(kept.sha256())).files())
                .isEqualTo(1);
    }

    private String found(ArtifactName name, @Nullable String stage, @Nullable String substage) {
        return artifacts.text(artifacts.service.find(run, name, stage, substage).orElseThrow());
    }

    private static void refused(CompletableFuture<Digest> upload) {
        assertThat(failure(upload))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.ARTIFACT_REFUSED));
    }
}
