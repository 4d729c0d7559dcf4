package pond.worker.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a command reads on its standard input: these bytes, then the end. It comes through a pipe and not from a file, which
 * the command could open again and write to. Immutable; {@code toString} leaves the bytes out.
 */
public final class Input {
    /** For commands that read nothing: they meet the end at once. */
    public static final Input NONE = new Input(new byte[0]);

    /** Most bytes there can be; they are held in memory. */
    public static final int MAX_BYTES = 8 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Input.class);

    private final byte[] bytes;

    private Input(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A text, as UTF-8.
     *
     * @throws IllegalArgumentException when it is longer than {@link #MAX_BYTES}
     */
    public static Input of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("the input has more than " + (MAX_BYTES >> 20) + " MiB");
        }
        return new Input(bytes);
    }

    /** Where the process that is to be built reads from: {@link #feed} writes what is not nothing. */
    public ProcessBuilder.Redirect redirect() {
        return bytes.length == 0
                ? ProcessBuilder.Redirect.from(
                        java.nio.file.Path.of("/dev/null").toFile())
                : ProcessBuilder.Redirect.PIPE;
    }

    /** Writes the bytes on a thread of its own and closes the pipe; a command that does not read them all is free to. */
    public void feed(Process process, Executor threads) {
        if (bytes.length > 0) {
            threads.execute(() -> write(process.getOutputStream()));
        }
    }

    private void write(OutputStream pipe) {
        try (pipe) {
            pipe.write(bytes);
        } catch (IOException e) {
            LOG.debug("a command ended before it had read its input", e);
        }
    }

    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
