package pond.server.cli.context;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import pond.common.json.Json;

/**
 * Servers and tokens that a user has named, in a file that nobody else may read. It is replaced as a whole, so a reader
 * sees the old one or the new one. An {@link IOException} says what is wrong with it, and quotes nothing of it.
 */
public record ContextFile(Path file) {
    /** Some thousand contexts; a larger file is another one. */
    private static final int MAX_BYTES = 1024 * 1024;

    private static final Set<PosixFilePermission> OWNER_ONLY = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    /** Where it is by an environment; empty when that names no home. Relative paths do not count, as XDG has it. */
    public static Optional<Path> place(Map<String, String> env) {
        return Stream.of(Optional.ofNullable(env.get("XDG_CONFIG_HOME")), home(env))
                .flatMap(Optional::stream)
                .map(Path::of)
                .filter(Path::isAbsolute)
                .map(folder -> folder.resolve("pond").resolve("contexts.json"))
                .findFirst();
    }

    private static Optional<String> home(Map<String, String> env) {
        return Optional.ofNullable(env.get("HOME"))
                .filter(home -> !home.isEmpty())
                .map(home -> home + "/.config");
    }

    /** What is in it; nothing when there is no such file. */
    public Contexts read() throws IOException {
        if (!Files.exists(file)) {
            return Contexts.NONE;
        }
        if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
            throw new IOException(file + " has tokens and is open to other users; run: chmod 600 " + file);
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException(file + " is too large for a file of contexts");
            }
            Contexts contexts = Json.lenient().readValue(bytes, Contexts.class);
            if (contexts == null) {
                throw new IOException(file + " is no file of contexts: it has nothing but null");
            }
            return contexts;
        } catch (JsonProcessingException e) {
            // Its own message may quote a token.
            throw new IOException(
                    file + " is no file of contexts: line " + e.getLocation().getLineNr(), e);
        }
    }

    /** Puts it in the place of what is there; makes the folder. */
    public void write(Contexts contexts) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + " is in no folder");
        }
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, OWNER_ONLY);
        Path next = Files.createTempFile(
                folder,
                "contexts",
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(next, Json.write(contexts) + "\n");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(next);
        }
    }
}
