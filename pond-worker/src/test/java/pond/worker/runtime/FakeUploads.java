package pond.worker.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;

/** The uploads of a {@link FakeServer}, whose monitor guards them: they break where the test says, and keep what came. */
final class FakeUploads {
    /** After how many bytes a connection breaks, one number a try; none: it does not. */
    final Deque<Integer> breaks = new ArrayDeque<>();
    /** From where each try was sent. */
    final List<Long> offsets = new ArrayList<>();
    /** Digests whose bytes are there already. */
    final Set<String> known = new HashSet<>();

    final Set<String> refusedNames = new HashSet<>();
    /** What it claims to have of everything; negative: the truth. */
    long claims = -1;

    private final Map<String, ByteArrayOutputStream> partial = new HashMap<>();

    long uploaded(ArtifactUpload upload) {
        if (claims >= 0) {
            return claims;
        }
        return known.contains(upload.sha256()) ? upload.size() : partial(upload).size();
    }

    /** All bytes of an upload that is whole now. */
    byte[] put(ArtifactUpload upload, long offset, InputStream bytes) {
        offsets.add(offset);
        ByteArrayOutputStream all = partial(upload);
        byte[] rest = readAll(bytes);
        Integer most = breaks.poll();
        all.write(rest, 0, most == null ? rest.length : most);
        if (most != null) {
            throw new UncheckedIOException(new IOException("connection reset"));
        }
        boolean same = FakeServer.digest(all.toByteArray()).equals(upload.sha256());
        if (refusedNames.contains(upload.name().value()) || !same) {
            throw new ProtocolException(Refusal.ARTIFACT_REFUSED, "this name is not allowed");
        }
        return all.toByteArray();
    }

    private ByteArrayOutputStream partial(ArtifactUpload upload) {
        return partial.computeIfAbsent(upload.job() + " " + upload.name(), name -> new ByteArrayOutputStream());
    }

    private static byte[] readAll(InputStream bytes) {
        try (bytes) {
            return bytes.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
