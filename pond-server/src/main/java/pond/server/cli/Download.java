package pond.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import pond.common.api.ArtifactView;
import pond.common.ids.ArtifactName;
import pond.server.cli.PondHttp.UnusableAnswer;

/** One artifact on its way into a folder. */
record Download(ArtifactView artifact, Path folder) {
    /** Writes the bytes beside their place, and moves them there when they are what was announced. */
    Path write(InputStream bytes) throws IOException {
        Path target = target();
        Path fresh = Files.createTempFile(target.getParent(), ".pond-", ".part");
        try {
            MessageDigest sha256 = sha256();
            try (InputStream in = new DigestInputStream(bytes, sha256);
                    OutputStream out = Files.newOutputStream(fresh)) {
                in.transferTo(out);
            }
            String digest = HexFormat.of().formatHex(sha256.digest());
            if (!digest.equals(artifact.sha256())) {
                throw new UnusableAnswer("the bytes of " + artifact.name() + " are not those that were listed");
            }
            return Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** Where it goes. A link inside the folder could lead out of it, so the real path is looked at as well. */
    private Path target() throws IOException {
        String inside = artifact.stage() + "/" + (artifact.substage() == null ? "" : artifact.substage() + "/")
                + artifact.name();
        ArtifactName name = ArtifactName.parse(inside)
                .orElseThrow(() -> new UnusableAnswer("the server lists an artifact with a name that is not allowed"));
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
                throw new UnusableAnswer(parent + " leads out of " + root + "; remove that link");
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
