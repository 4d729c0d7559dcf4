package pond.worker.sandbox;

/**
 * Takes a command's output. Each stream is delivered in order by a thread of its own, so the two can arrive at the same
 * time. Taking long slows the command down; throwing ends the delivery of that stream, not the command.
 */
@FunctionalInterface
public interface OutputSink {

    /** Which of the two pipes a line came from. */
    enum Stream {
        STDOUT,
        STDERR
    }

    /** One line without its line end, cut as {@link LineSplitter} says. */
    void line(Stream stream, String text);

    /**
     * The bytes of a stream as they came, with secrets masked, right before the lines that they complete: for who needs to
     * know where lines really end. They are the caller's and valid during the call only.
     */
    default void bytes(Stream stream, byte[] buffer, int from, int count) {}
}
