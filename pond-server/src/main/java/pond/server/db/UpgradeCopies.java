package pond.server.db;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.server.db.StorageRefusedException.Reason;

/**
 * Copies databases, below {@link StateDir#backups()}, before migrations change them: the way back to the version before,
 * which refuses a newer schema. A database that no migration waits for is not copied.
 */
public final class UpgradeCopies {
    private static final Logger log = LoggerFactory.getLogger(UpgradeCopies.class);
    private static final String PREFIX = "before-";
    private static final String INCOMPLETE = ".incomplete-upgrade";
    private static final int KEPT = 2;
    /** Room that is left for what the server does next. */
    private static final long SPARE_BYTES = 64L << 20;

    private final StateDir state;
    private final String version;
    private final boolean wanted;

    /**
     * @param version of this program, which names the copies
     * @param wanted false: databases are only looked at, and nothing is copied
     */
    public UpgradeCopies(StateDir state, String version, boolean wanted) {
        this.state = state;
        this.version = version;
        this.wanted = wanted;
    }

    /** A database of the state folder and what is to become of it. */
    public record Part(Path file, Migrator migrator) {}

    /** A part with the schema that it has now. */
    private record Pending(Path file, int schema) {
        String name() {
            return file.getFileName().toString();
        }
    }

    /**
     * Copies those of the databases that have migrations waiting, and keeps the last two copies. All are looked at before
     * anything is done.
     *
     * @return the folder of the copy, when one was made
     * @throws StorageRefusedException when one of them has a newer schema, or there is no room for the copy
     */
    public Optional<Path> take(List<Part> parts) throws IOException {
        List<Pending> pending = pending(parts);
        if (pending.isEmpty() || !wanted) {
            return Optional.empty();
        }
        requireRoom(pending);
        Path copy;
        try {
            copy = copy(pending);
        } finally {
            FileTree.delete(state.backups().resolve(INCOMPLETE));
        }
        log.info("an upgrade of the databases to version {} begins; {} has them as they were", version, copy);
        return Optional.of(copy);
    }

    /**
     * Whether opening the databases would change the schema of one; changes nothing.
     *
     * @throws StorageRefusedException when one of them has a newer schema
     */
    public boolean isDue(List<Part> parts) {
        return !pending(parts).isEmpty();
    }

    private static List<Pending> pending(List<Part> parts) {
        List<Pending> pending = new ArrayList<>();
        for (Part part : parts) {
            if (Files.exists(part.file())) {
                try (Snapshot snapshot = Snapshot.of(part.file())) {
                    int schema = snapshot.schema(part.migrator());
                    if (schema > 0 && schema < part.migrator().newest()) {
                        pending.add(new Pending(part.file(), schema));
                    }
                }
            }
        }
        return pending;
    }

    private void requireRoom(List<Pending> pending) throws IOException {
        long bytes = 0;
        for (Pending one : pending) {
            Path wal = Sqlite.wal(one.file());
            bytes += Files.size(one.file()) + (Files.exists(wal) ? Files.size(wal) : 0);
        }
        long free = Files.getFileStore(state.root()).getUsableSpace();
        if (free < bytes + SPARE_BYTES) {
            throw new StorageRefusedException(
                    Reason.NO_ROOM,
                    "an upgrade needs " + mebibytes(bytes + SPARE_BYTES) + " MiB in " + state.root()
                            + " for a copy of the databases, and " + mebibytes(free)
                            + " are free; make room, or skip the copy with POND_UPGRADE_COPY=false");
        }
    }

    private Path copy(List<Pending> pending) throws IOException {
        Path folder = state.backups();
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder, StateDir.PRIVATE_FOLDER);
        }
        Path incomplete = folder.resolve(INCOMPLETE);
        FileTree.delete(incomplete);
        Files.createDirectory(incomplete, StateDir.PRIVATE_FOLDER);
        StringBuilder name = new StringBuilder(PREFIX + version);
        for (Pending one : pending) {
            try (Snapshot snapshot = Snapshot.of(one.file())) {
                snapshot.copyTo(incomplete.resolve(one.name()));
            }
            name.append('-').append(one.name().replace(".db", "")).append('-').append(one.schema());
        }
        sync(incomplete);
        // An earlier try of the same upgrade has failed; what it had copied is older than this.
        Path copy = folder.resolve(name.toString());
        FileTree.delete(copy);
        Files.move(incomplete, copy, StandardCopyOption.ATOMIC_MOVE);
        sync(folder);
        removeOld(folder);
        return copy;
    }

    private static void removeOld(Path folder) throws IOException {
        List<Path> copies = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, PREFIX + "*")) {
            stream.forEach(copies::add);
        }
        copies.sort(Comparator.comparing(UpgradeCopies::age));
        for (Path old : copies.subList(0, Math.max(0, copies.size() - KEPT))) {
            FileTree.delete(old);
        }
    }

    private static long age(Path copy) {
        return copy.toFile().lastModified();
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static long mebibytes(long bytes) {
        return (bytes >> 20) + 1;
    }
}
