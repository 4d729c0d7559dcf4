package pond.server.cli.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import pond.common.api.ArtifactView;
import pond.common.ids.ArtifactName;

/** One artifact on its way into a folder. */
record Download(ArtifactView artifact, Path folder) {
    private static final int BUFFER = 64 * 1024;

    /** Writes the bytes beside their place, and moves them there when they are what was announced. */
    Path write(InputStream bytes) throws IOException {
        try {
            Path target = target();
            Path fresh = Files.createTempFile(target.getParent(), ".pond-", ".part");
            try {
                String digest = HexFormat.of().formatHex(copy(bytes, fresh));
                if (!digest.equals(artifact.sha256())) {
                    throw new FinalFailure("the bytes of " + artifact.name() + " are not those that were listed");
                }
                return Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (FileSystemException e) {
            throw cannotWrite(e);
        }
    }

    /** What cannot be read is worth another try; what cannot be written is not. Returns the SHA-256. */
    private byte[] copy(InputStream bytes, Path file) throws IOException {
        MessageDigest sha256 = sha256();
        byte[] buffer = new byte[BUFFER];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                sha256.update(buffer, 0, read);
                try {
                    out.write(buffer, 0, read);
                } catch (IOException e) {
                    throw cannotWrite(e);
                }
            }
        }
        return sha256.digest();
    }

    private FinalFailure cannotWrite(IOException e) {
        return new FinalFailure("cannot write " + artifact.name() + " to " + folder + ": " + e.getMessage(), e);
    }

    /** Where it goes. A link inside the folder could lead out of it, so the real path is looked at as well. */
    private Path target() throws IOException {
        String inside = artifact.stage() + "/" + (artifact.substage() == null ? "" : artifact.substage() + "/")
                + artifact.name();
        ArtifactName name = ArtifactName.parse(inside)
                .orElseThrow(() -> new FinalFailure("the server lists an artifact with a name that is not allowed"));
        Files.createDirectories(folder);
        Path root = folder.toRealPath();
        Path target = root.resolve(name.value());
        Path parent = root;
        for (Path part : root.relativize(target.getParent())) {
            parent = parent.resolve(part);
            if (!Files.isDirectory(parent)) {
                Files.createDirectory(parent);
            }
            if (!parent.toRealPath().startsWith(root)) {
                throw new FinalFailure(parent + " leads out of " + root + "; remove that link");
            }
        }
        return target;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
