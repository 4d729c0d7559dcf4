package pond.server.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ArtifactName;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.Completion.Produced;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.server.db.Database;
import pond.server.db.Tx;

/**
 * An artifact comes in two steps: its bytes while the job runs ({@link #store}), and its being visible in the transaction
 * in which the job's end is accepted ({@link #publish}). A file is written before the row that names it and deleted after
 * it, so a crash leaves at worst a file too many, which {@link #sweep} finds. Safe from any thread.
 */
public final class ArtifactService {
    /** The most artifacts of one job; a tree of build output is a mistake in a glob, not a result. */
    private static final int MAX_PER_JOB = 10_000;

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
    private static final long SWEEP_WRITE_SECONDS = 60;

    private final Database database;
    private final ArtifactFiles files;
    private final InstantSource clock;
    private final ArtifactStore store = new ArtifactStore();
    private volatile LongConsumer listener = bytes -> {};

    /**
     * @param database with {@code db/pond}
     * @param folder for the bytes; it is made when it is missing
     */
    public ArtifactService(Database database, Path folder, InstantSource clock) throws IOException {
        this.database = database;
        this.files = new ArtifactFiles(folder, clock);
        this.clock = clock;
    }

    /** Tells of the bytes of every artifact that has arrived, from now on and after its commit; there is one listener. */
    public void onArrival(LongConsumer told) {
        listener = told;
    }

    /**
     * How many bytes of an upload are here from an earlier try. All of them, and the upload is then recorded as if they had
     * been sent, when the same run has these bytes already: a digest that another run's worker knows proves nothing.
     */
    public CompletableFuture<Long> uploaded(RunId run, ArtifactUpload upload, long maxBytes) {
        try {
            requireSize(upload, maxBytes);
            Digest announced = new Digest(upload.sha256(), upload.size());
            boolean owned =
                    database.read(tx -> store.isOwned(tx, run, upload.job().job(), announced));
            if (owned && files.renew(announced.sha256())) {
                return record(upload, maxBytes).thenApply(stored -> upload.size());
            }
            long arrived = files.partial().arrived(upload);
            if (arrived < upload.size() || upload.size() == 0) {
                return CompletableFuture.completedFuture(arrived);
            }
            // All had arrived when something broke; whether they are the right ones was not asked any more.
            return store(upload, upload.size(), InputStream.nullInputStream(), maxBytes)
                    .thenApply(stored -> upload.size());
        } catch (IOException e) {
            return CompletableFuture.failedFuture(new UncheckedIOException(e));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Keeps the bytes of an upload for its job, in place of an earlier upload of that name. Reads and closes the stream on
     * the calling thread; the future completes when bytes and row are on disk.
     *
     * <p>Fails with {@link Refusal#ARTIFACT_REFUSED}, and keeps nothing, when the bytes are not those announced, are one
     * artifact too many, or are more than {@code maxBytes} together with the others of the job; with
     * {@link UncheckedIOException} when reading or writing fails, and what has arrived is then kept for the next try.
     *
     * @param offset how many bytes the stream leaves out, at most as many as {@link #uploaded} said
     */
    public CompletableFuture<Digest> store(ArtifactUpload upload, long offset, InputStream bytes, long maxBytes) {
        try (bytes) {
            requireSize(upload, maxBytes);
            Digest announced = new Digest(upload.sha256(), upload.size());
            files.resume(upload, offset, bytes, found -> {
                if (!found.equals(announced)) {
                    throw refused(upload.name(), "is not what was announced: size or SHA-256 differ");
                }
            });
            return record(upload, maxBytes);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(new UncheckedIOException(e));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static void requireSize(ArtifactUpload upload, long maxBytes) {
        if (!SHA_256.matcher(upload.sha256()).matches()) {
            throw refused(upload.name(), "must come with its SHA-256, 64 lower-case hex digits");
        }
        if (upload.size() < 0 || upload.size() > maxBytes) {
            throw refused(upload.name(), "has " + upload.size() + " bytes; at most " + maxBytes + " are taken");
        }
    }

    private CompletableFuture<Digest> record(ArtifactUpload upload, long maxBytes) {
        JobId job = upload.job().job();
        Digest arrived = new Digest(upload.sha256(), upload.size());
        return database.write(tx -> {
            store.putUpload(tx, job, upload.name(), arrived, clock.instant());
            if (store.uploads(tx, job) > MAX_PER_JOB) {
                throw refused(upload.name(), "is one too many: a job may have " + MAX_PER_JOB);
            }
            if (store.uploadedBytes(tx, job) > maxBytes) {
                throw refused(upload.name(), "is too much with the others: a job may have " + maxBytes + " bytes");
            }
            tx.afterCommit(() -> listener.accept(arrived.size()));
            return arrived;
        });
    }

    /** Deletes what arrived of uploads whose jobs are over; answers how many files. */
    public int sweepPartial(Predicate<JobId> lives) {
        try {
            return files.partial().sweep(lives);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Shows what a job has produced, in place of what an earlier attempt had. Throws {@link Refusal#INCOMPLETE} when one
     * has not arrived; the transaction must then fail.
     *
     * @param attempt which one of the producer's the job was; nothing can be there before the end of the first
     */
    public void publish(Tx tx, Producer producer, JobId job, int attempt, List<Produced> produced) {
        Instant now = clock.instant();
        if (attempt > 1) {
            store.delete(tx, producer);
        }
        for (Produced one : new LinkedHashSet<>(produced)) {
            if (!store.publish(tx, producer, job, one, now)) {
                throw new ProtocolException(
                        Refusal.INCOMPLETE, "artifact '" + one.name() + "' with this digest has not arrived");
            }
        }
        store.deleteUploads(tx, job);
    }

    /** Forgets what arrived for a job whose result is not accepted. */
    public void dropUploads(Tx tx, JobId job) {
        store.deleteUploads(tx, job);
    }

    /**
     * Keeps bytes that the server itself has made, to be shown by {@link #add} within the hour. Closes the stream. Throws
     * {@link UncheckedIOException}, also when there are more than {@code maxBytes}.
     */
    public Digest keep(InputStream bytes, long maxBytes) {
        try (bytes) {
            return files.store(bytes, maxBytes, found -> {
                if (found.size() > maxBytes) {
                    throw new UncheckedIOException(new IOException("more than " + maxBytes + " bytes"));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Shows bytes that were kept, in place of an artifact of that name, besides the others of the producer. */
    public void add(Tx tx, Producer producer, ArtifactName name, Digest kept) {
        store.put(tx, producer, name, kept, clock.instant());
    }

    /** A run's artifacts by stage in the order of the definition, then by substage and name. */
    public List<Artifact> list(RunId run) {
        return database.read(tx -> store.list(tx, run));
    }

    /** The artifact of that name; of several, that of the last stage in the definition and its lowest substage. */
    public Optional<Artifact> find(RunId run, ArtifactName name, @Nullable String stage, @Nullable String substage) {
        return database.read(tx -> store.find(tx, run, name, stage, substage));
    }

    /** The artifacts of these stages, in the order of {@link #list}: what a stage after them may read. */
    public List<Artifact> visibleTo(Tx tx, RunId run, Collection<String> stages) {
        return store.of(tx, run, stages);
    }

    /** Shows what a stage of one run has left, areas included, in another run too; the bytes are there once. */
    public void copy(Tx tx, RunId from, RunId to, String stage) {
        store.copy(tx, from, to, stage);
    }

    /** Opens an artifact's bytes; empty when they are gone, with their run. The caller closes the channel. */
    public Optional<FileChannel> open(String sha256) {
        return files.open(sha256);
    }

    /** Deletes a run's artifacts; their bytes, whose digests it answers, go with {@link #deleteFiles} or the next {@link #sweep}. */
    public List<String> deleteRun(Tx tx, RunId run) {
        return store.deleteRun(tx, run);
    }

    /** Deletes the bytes that no row names any more, if they are older than an hour; blocks for as long as the disk takes. */
    public Freed deleteFiles(Collection<String> digests) {
        Freed freed = Freed.NOTHING;
        try {
            for (String sha256 : database.read(tx -> store.unnamed(tx, digests))) {
                freed = freed.plus(files.delete(sha256));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return freed;
    }

    /**
     * Deletes uploads of jobs that are gone and files that no row names, both when older than an hour. Blocks for as long
     * as the disk takes; answers what it deleted.
     */
    public Freed sweep(Predicate<JobId> lives) {
        Instant before = clock.instant().minus(ArtifactFiles.YOUNG);
        List<JobId> gone = database.read(tx -> store.uploadersBefore(tx, before)).stream()
                .filter(job -> !lives.test(job))
                .toList();
        database.write(tx -> {
                    gone.forEach(job -> store.deleteUploads(tx, job));
                    return gone.size();
                })
                .orTimeout(SWEEP_WRITE_SECONDS, TimeUnit.SECONDS)
                .join();
        try {
            return files.sweep(prefix -> database.read(tx -> store.named(tx, prefix)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProtocolException refused(ArtifactName name, String why) {
        return new ProtocolException(Refusal.ARTIFACT_REFUSED, "artifact '" + name + "' " + why);
    }
}
