package pond.server.backup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.json.Json;

/** The last backup of a state folder that was proven, remembered in that folder; whoever made it. Stateless. */
public final class LastProven {
    private static final Logger log = LoggerFactory.getLogger(LastProven.class);

    private final Path file;

    /** Of a state folder, which need not be there. */
    public LastProven(Path stateDir) {
        this.file = stateDir.resolve("backups").resolve("last.json");
    }

    /** When it was taken, and where it was put. */
    record Mark(Instant takenAt, String backup) {
        Mark {
            Objects.requireNonNull(takenAt, "takenAt");
        }
    }

    void put(Instant takenAt, Path backup) throws IOException {
        DurableFiles.createFolder(DurableFiles.folderOf(file));
        DurableFiles.write(file, Json.write(new Mark(takenAt, backup.toString())) + "\n");
    }

    /** Empty also when what is remembered cannot be read: the next backup, which is due then, puts it right. */
    public Optional<Instant> find() {
        try {
            Mark mark = Json.read(Files.readString(file, StandardCharsets.UTF_8), Mark.class);
            return Optional.of(mark.takenAt());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | UncheckedIOException e) {
            log.warn("{} cannot be read; it counts as if no backup had been proven", file, e);
            return Optional.empty();
        }
    }
}
