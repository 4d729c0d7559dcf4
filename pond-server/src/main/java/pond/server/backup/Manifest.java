package pond.server.backup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import pond.common.json.Json;

/**
 * What a backup says of itself, in {@code backup.json}.
 *
 * @param format of the folder; a program that knows only lower numbers must leave it alone
 * @param version of the program that made it
 * @param takenAt just before its snapshots were taken: what was acknowledged before is in it
 * @param pondSchema the last migration of {@code pond.db}
 * @param logsSchema the last migration of {@code logs.db}
 * @param sourceKey whether it holds the key that opens what is sealed
 * @param counts how much there is of what
 * @param files how many files {@code files.sha256} names
 * @param bytes their sizes together
 * @param filesSha256 the digest of {@code files.sha256}
 */
public record Manifest(
        int format,
        String version,
        Instant takenAt,
        int pondSchema,
        int logsSchema,
        boolean sourceKey,
        Counts counts,
        long files,
        long bytes,
        String filesSha256) {
    static final int FORMAT = 1;
    static final String NAME = "backup.json";
    private static final long MAX_BYTES = 64 * 1024;

    public Manifest {
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(takenAt, "takenAt");
        Objects.requireNonNull(counts, "counts");
        Objects.requireNonNull(filesSha256, "filesSha256");
    }

    /** Runs, log lines and artifacts that rows tell of, and the files with their bytes. */
    public record Counts(long runs, long logLines, long artifacts, long blobs) {}

    /** Reads and believes nothing but its form; {@link BackupCheck} holds the rest against it. */
    static Manifest read(Path backup) throws IOException {
        Path file = backup.resolve(NAME);
        if (!Files.isDirectory(backup)) {
            throw new BackupException("there is no backup " + backup);
        }
        if (!Files.exists(file)) {
            throw new BackupException(backup + " is not a backup: it has no " + NAME);
        }
        DurableFiles.requireFile(file);
        if (Files.size(file) > MAX_BYTES) {
            throw new BackupException(file + " is too long to be what it should be");
        }
        Manifest manifest;
        try {
            manifest = Json.read(Files.readString(file, StandardCharsets.UTF_8), Manifest.class);
        } catch (IOException | UncheckedIOException e) {
            throw new BackupException(file + " cannot be read", e);
        }
        if (manifest.format() != FORMAT) {
            throw new BackupException(backup + " has format " + manifest.format() + " of pond " + manifest.version()
                    + "; this version reads format " + FORMAT);
        }
        return manifest;
    }
}
