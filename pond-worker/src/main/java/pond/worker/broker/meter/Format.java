package pond.worker.broker.meter;

import java.util.Set;

/** Where a wire format puts what an answer used. Stateless; threads may share it. */
public interface Format {
    Format MESSAGES = new MessagesFormat();
    Format RESPONSES = new ResponsesFormat();
    Format CHAT = new ChatFormat();
    Format GEMINI = new GeminiFormat();

    /** The values that {@link #read} looks at, as {@link JsonScan} names them. */
    Set<String> paths();

    /** The keys of strings that a model wrote, each piece of a stream once. */
    Set<String> textKeys();

    /**
     * Takes over what one event of a stream, or a whole answer, tells.
     *
     * @param streamed whether this is one event of several
     */
    void read(JsonScan scan, boolean streamed, Tally tally);

    /** Whether a stream that ends properly, but without its last event, leaves counts that are only a part. */
    boolean needsLastEvent();
}
