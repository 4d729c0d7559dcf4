package pond.worker.executors.builtin;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.worker.checkout.FolderWalk;
import pond.worker.checkout.Sha256;

/**
 * Every file: {@code type} "file", {@code path}, {@code kind} ("text", "binary", "symlink" or "special"), {@code size} in
 * bytes, {@code executable}, {@code sha256}. The last three are null for what is no regular file, the digest also for
 * files past 1 GiB.
 */
final class FileInventory implements Operation {
    private static final long MAX_DIGESTED = 1L << 30;

    private final byte[] buffer = new byte[64 * 1024];
    private long files;
    private long bytes;

    @Override
    public void file(SourceFile file, Records records) throws IOException {
        String kind = file.binary() ? "binary" : "text";
        String sha256 = file.size() <= MAX_DIGESTED ? digest(file.bytes()) : null;
        files++;
        bytes += file.size();
        records.write(fields(file.path(), kind, file.size(), file.executable(), sha256));
    }

    @Override
    public void skipped(String path, FolderWalk.Reason reason, Records records) throws IOException {
        if (reason == FolderWalk.Reason.LINK) {
            records.write(fields(path, "symlink", null, null, null));
        } else if (reason == FolderWalk.Reason.SPECIAL) {
            records.write(fields(path, "special", null, null, null));
        }
    }

    @Override
    public String finish(Records records) {
        return files + " files with " + bytes + " bytes";
    }

    private static Map<String, Object> fields(
            String path, String kind, @Nullable Long size, @Nullable Boolean executable, @Nullable String sha256) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", "file");
        fields.put("path", path);
        fields.put("kind", kind);
        fields.put("size", size);
        fields.put("executable", executable);
        fields.put("sha256", sha256);
        return fields;
    }

    private String digest(InputStream in) throws IOException {
        MessageDigest digest = Sha256.start();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            digest.update(buffer, 0, count);
        }
        return Sha256.hex(digest);
    }
}
