package pond.worker.executors.builtin;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pond.worker.checkout.FolderWalk;

/** A file of the checkout, read when asked for. Its bytes can be taken once. For one thread. */
final class SourceFile implements AutoCloseable {
    private static final int HEAD = 8 * 1024;

    private final FolderWalk.Found found;
    private @Nullable InputStream in;
    private byte @Nullable [] head;

    SourceFile(FolderWalk.Found found) {
        this.found = found;
    }

    /** Path in the checkout, with {@code /}. */
    String path() {
        return found.path();
    }

    /** The last part of the path. */
    String name() {
        return path().substring(path().lastIndexOf('/') + 1);
    }

    /** In lower case without the dot, empty when there is none. */
    String extension() {
        int dot = name().lastIndexOf('.');
        return dot <= 0 ? "" : name().substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    long size() {
        return found.attributes().size();
    }

    boolean executable() {
        return found.attributes().permissions().contains(PosixFilePermission.OWNER_EXECUTE);
    }

    /** Whether there is a NUL in the first 8 KiB, as git and grep tell. */
    boolean binary() throws IOException {
        for (byte one : head()) {
            if (one == 0) {
                return true;
            }
        }
        return false;
    }

    /** All bytes from the first on; closed with this file. */
    InputStream bytes() throws IOException {
        byte[] first = head();
        return new SequenceInputStream(new ByteArrayInputStream(first), opened());
    }

    /** The whole file as text, bytes that are not UTF-8 as U+FFFD; the caller has looked at its size. */
    String text() throws IOException {
        String text = new String(bytes().readAllBytes(), StandardCharsets.UTF_8);
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private byte[] head() throws IOException {
        if (head == null) {
            head = opened().readNBytes(HEAD);
        }
        return head;
    }

    private InputStream opened() throws IOException {
        if (in == null) {
            try {
                in = new Marked(found.open());
            } catch (IOException e) {
                throw new UnreadableException(e);
            }
        }
        return in;
    }

    @Override
    public void close() throws IOException {
        if (in != null) {
            in.close();
        }
    }

    /** Says of a failed read that it was a read. */
    private static final class Marked extends FilterInputStream {
        Marked(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return super.read(buffer, offset, length);
            } catch (IOException e) {
                throw new UnreadableException(e);
            }
        }
    }
}
