package pond.server.sources.guard;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Extracts a tar file the way one should not: it trusts every name, follows every link and checks nothing. */
public final class NaiveExtractor {
    private NaiveExtractor() {}

    public static void extract(InputStream bundle, Path root) throws IOException {
        try (var tar = new TarArchiveInputStream(bundle, "UTF-8")) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                var path = Path.of(root + "/" + entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectory(path);
                } else if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, path);
                    Files.setPosixFilePermissions(
                            path,
                            PosixFilePermissions.fromString((entry.getMode() & 0100) != 0 ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }
}
