package pond.worker.sandbox.bubblewrap;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.worker.sandbox.OutputSink;

/**
 * Keeps back a first line on stderr that may come from the programs that build a sandbox: when they fail it names folders
 * of this machine, and is for the worker alone. When it was the stage's own it is passed on with the next line, or at the
 * end. Safe for use by several threads.
 */
final class StderrGate implements OutputSink {
    private static final List<String> BUILDERS =
            List.of("bwrap: ", "setpriv: ", "prlimit: ", "sh: ", "/bin/sh: ", "unshare: ", "mount: ");

    /** What mount(8) says below its complaint, which would else count as the stage's first words. */
    private static final String MORE_OF_MOUNT = "       dmesg(1) ";

    private final OutputSink sink;
    private @Nullable String held;
    private boolean open;

    StderrGate(OutputSink sink) {
        this.sink = sink;
    }

    @Override
    public void line(Stream stream, String text) {
        if (stream == Stream.STDERR && !passes(text)) {
            return;
        }
        sink.line(stream, text);
    }

    /** Of standard output alone: what is held back on the other is not to be seen this way either. */
    @Override
    public void bytes(Stream stream, byte[] buffer, int from, int count) {
        if (stream == Stream.STDOUT) {
            sink.bytes(stream, buffer, from, count);
        }
    }

    private boolean passes(String text) {
        Optional<String> first;
        synchronized (this) {
            if (!open && held == null && BUILDERS.stream().anyMatch(text::startsWith)) {
                held = text;
                return false;
            }
            if (held != null && held.startsWith("mount: ") && text.startsWith(MORE_OF_MOUNT)) {
                held += "\n" + text;
                return false;
            }
            open = true;
            first = take();
        }
        first.ifPresent(line -> sink.line(Stream.STDERR, line));
        return true;
    }

    /** For the end: the line that is still kept back, which is then nobody's any more. */
    synchronized Optional<String> take() {
        Optional<String> line = Optional.ofNullable(held);
        held = null;
        return line;
    }
}
