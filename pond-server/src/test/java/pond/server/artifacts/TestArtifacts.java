package pond.server.artifacts;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import pond.common.ids.ArtifactName;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Completion.Produced;
import pond.common.protocol.JobRef;
import pond.server.auth.TokenDigest;
import pond.testing.TestClock;
import pond.testing.TestDatabase;

/** An artifact service on a real database and folder, and short ways to fill it. */
final class TestArtifacts implements AutoCloseable {
    static final long MAX_BYTES = 1_000_000;

    final TestClock clock = new TestClock();
    final Path files;
    final TestDatabase database;
    final ArtifactService service;

    TestArtifacts(Path folder) {
        files = folder.resolve("artifacts");
        database = new TestDatabase(folder, "pond", "0003_create_artifacts.sql");
        try {
            service = new ArtifactService(database.db, files, clock);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Producer producer(RunId run, int position, String stage) {
        return new Producer(run, position, stage, null);
    }

    static JobId job() {
        return new JobId(UUID.randomUUID());
    }

    static String sha256(String text) {
        return TokenDigest.of(text);
    }

    static Produced produced(String name, String text) {
        return new Produced(new ArtifactName(name), sha256(text));
    }

    CompletableFuture<Digest> upload(JobId job, String name, String text) {
        long size = text.getBytes(StandardCharsets.UTF_8).length;
        return upload(job, name, text, size, sha256(text));
    }

    CompletableFuture<Digest> upload(JobId job, String name, String text, long size, String sha256) {
        InputStream bytes = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        return service.store(
                new ArtifactUpload(new JobRef(job, "token"), new ArtifactName(name), size, sha256),
                0,
                bytes,
                MAX_BYTES);
    }

    /** As the end of an attempt that is not the first. */
    CompletableFuture<Integer> publish(Producer producer, JobId job, Produced... produced) {
        return database.db.write(tx -> {
            service.publish(tx, producer, job, 2, List.of(produced));
            return produced.length;
        });
    }

    /** Uploads and publishes one artifact. */
    void put(Producer producer, String name, String text) {
        JobId job = job();
        TestDatabase.get(upload(job, name, text));
        TestDatabase.get(publish(producer, job, produced(name, text)));
    }

    List<String> names(RunId run) {
        return service.list(run).stream()
                .map(artifact -> artifact.stage() + "/" + artifact.name())
                .toList();
    }

    String text(Artifact artifact) {
        try (InputStream bytes =
                Channels.newInputStream(service.open(artifact.digest().sha256()).orElseThrow())) {
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All files below the folder, finished or not. */
    List<Path> onDisk() {
        try (Stream<Path> all = Files.walk(files)) {
            return all.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
