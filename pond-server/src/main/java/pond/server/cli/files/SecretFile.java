package pond.server.cli.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A secret in a file of its own. Line ends at the end are an editor's, not the secret's. */
public final class SecretFile {
    /** No secret is longer; it keeps a wrong file from being read whole. */
    static final int MAX_BYTES = 64 * 1024;

    private SecretFile() {}

    /**
     * Reads it whole.
     *
     * @throws UnusableFile when it is empty, or too long for a secret
     */
    public static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            String secret = text(bytes);
            if (bytes.length > MAX_BYTES || secret.isEmpty()) {
                throw new UnusableFile(file + " has no secret: it is " + (secret.isEmpty() ? "empty" : "too long"));
            }
            return secret;
        }
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8).replaceFirst("[\\r\\n]+\\z", "");
    }
}
