package pond.server.backup;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import pond.server.db.FilesLock;
import pond.server.db.Snapshot;
import pond.server.db.StateDir;

/**
 * Takes backups of a state folder, beside a running server or without one, and remembers the last one that was proven.
 * Safe from several threads and processes, of which the second waits or is refused.
 */
public final class BackupService {
    private static final Pattern NAME = Pattern.compile("pond-[0-9]{8}T[0-9]{6}Z");
    private static final DateTimeFormatter NAMED =
            DateTimeFormatter.ofPattern("'pond-'yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    /** A server that deletes files, or another backup, is waited for this long. */
    private static final Duration LOCK_WAIT = Duration.ofMinutes(10);

    private static final List<String> KEYS = List.of("source.key", "source.key.next");

    private final StateDir state;
    private final FilesLock lock;
    private final Schemas schemas;
    private final String version;
    private final InstantSource clock;
    private final BackupCheck check;
    private final LastProven lastProven;

    /** @param version of this program */
    public BackupService(StateDir state, FilesLock lock, Schemas schemas, String version, InstantSource clock) {
        this.state = state;
        this.lock = lock;
        this.schemas = schemas;
        this.version = version;
        this.clock = clock;
        this.check = new BackupCheck(schemas);
        this.lastProven = new LastProven(state.root());
    }

    /**
     * What is wanted.
     *
     * @param sourceKey whether the key that opens what is sealed goes with it
     * @param keep how many proven backups stay in the directory, this one included; 0: all
     */
    public record Wishes(boolean sourceKey, int keep) {}

    /** A backup that was proven: everything in it was read back. */
    public record Proven(Path folder, Manifest manifest) {}

    /** When the last proven backup was taken, by whomever; every start and every backup may change it. */
    public Optional<Instant> lastProven() {
        return lastProven.find();
    }

    /**
     * Takes one into a new folder of the directory, which is made if it is missing, and proves it. Blocks for as long as the
     * disks take; when it fails, nothing of it stays.
     *
     * @throws BackupException when something is missing or damaged, or another backup goes to the same directory
     * @throws pond.server.db.StorageRefusedException when a database cannot be read, or is of a newer version
     */
    public Proven take(Path directory, Wishes wishes) throws IOException, InterruptedException {
        Path target = directory.toAbsolutePath().normalize();
        DurableFiles.createFolder(target);
        if (target.toRealPath().startsWith(state.root().toRealPath())) {
            throw new BackupException(target + " is in the state folder, and would be lost with it");
        }
        FileChannel mine = lock(target);
        try {
            // As exact as it is written, so that what is told and what is read later are the same.
            Instant takenAt = clock.instant().truncatedTo(ChronoUnit.MILLIS);
            String name = NAMED.format(takenAt);
            if (Files.exists(target.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                throw new BackupException(target.resolve(name) + " exists already");
            }
            try (IncompleteBackup incomplete = IncompleteBackup.in(target, name)) {
                Manifest manifest = fill(incomplete, takenAt, wishes);
                check.verify(incomplete.folder());
                Proven proven = new Proven(incomplete.name(name), manifest);
                lastProven.put(takenAt, proven.folder());
                removeOld(target, wishes.keep());
                return proven;
            }
        } finally {
            mine.close();
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel = FileChannel.open(
                directory.resolve(".lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                DurableFiles.PRIVATE_FILE);
        boolean locked = false;
        try {
            FileLock lock = channel.tryLock();
            locked = lock != null;
        } catch (OverlappingFileLockException e) {
            throw inUse(directory);
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        if (!locked) {
            throw inUse(directory);
        }
        return channel;
    }

    private static BackupException inUse(Path directory) {
        return new BackupException("another backup is being written to " + directory);
    }

    private Manifest fill(IncompleteBackup backup, Instant takenAt, Wishes wishes)
            throws IOException, InterruptedException {
        Path pondCopy = backup.folder().resolve("pond.db");
        Path logsCopy = backup.folder().resolve("logs.db");
        int pondSchema;
        int logsSchema;
        Manifest.Counts counts;
        boolean sourceKey;
        FilesLock.Held files = lock.take(LOCK_WAIT);
        try {
            try (Snapshot logs = copyPond(pondCopy)) {
                logs.copyTo(logsCopy);
            }
            try (Snapshot pond = Snapshot.ofCopy(pondCopy);
                    Snapshot logs = Snapshot.ofCopy(logsCopy)) {
                pondSchema = pond.schema(schemas.pond());
                logsSchema = logs.schema(schemas.logs());
                Blobs.forEach(pond, (path, sha256, size) -> {
                    requireGoingOn();
                    backup.copyBlob(state.root().resolve(path), path, sha256, size);
                });
                counts = check.count(pond, logs, backup.folder());
            }
            sourceKey = wishes.sourceKey() && copyKeys(backup);
        } finally {
            files.close();
        }
        backup.add("pond.db");
        backup.add("logs.db");
        return backup.describe((number, bytes, digest) -> new Manifest(
                Manifest.FORMAT, version, takenAt, pondSchema, logsSchema, sourceKey, counts, number, bytes, digest));
    }

    /** Both snapshots begin before the first copy is written, so that no more than a moment is between them. */
    private Snapshot copyPond(Path target) throws IOException {
        try (Snapshot pond = Snapshot.of(state.pondDb())) {
            Snapshot logs = Snapshot.of(state.logsDb());
            boolean copied = false;
            try {
                pond.copyTo(target);
                copied = true;
                return logs;
            } finally {
                if (!copied) {
                    logs.close();
                }
            }
        }
    }

    private boolean copyKeys(IncompleteBackup backup) throws IOException {
        for (String key : KEYS) {
            Path file = state.root().resolve(key);
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                backup.copy(file, key);
            } else if (key.equals(KEYS.get(0))) {
                throw new BackupException(
                        file + " is missing: a key that comes by POND_SOURCE_KEY is kept where you keep your secrets");
            }
        }
        return true;
    }

    /** A server that stops does not wait for gigabytes. */
    private static void requireGoingOn() throws BackupException {
        if (Thread.currentThread().isInterrupted()) {
            throw new BackupException("the backup was interrupted");
        }
    }

    private static void removeOld(Path directory, int keep) throws IOException {
        List<Path> backups = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(
                directory, path -> NAME.matcher(path.getFileName().toString()).matches())) {
            stream.forEach(backups::add);
        }
        Collections.sort(backups);
        int surplus = keep == 0 ? 0 : Math.max(0, backups.size() - keep);
        for (Path old : backups.subList(0, surplus)) {
            IncompleteBackup.remove(old);
        }
    }
}
