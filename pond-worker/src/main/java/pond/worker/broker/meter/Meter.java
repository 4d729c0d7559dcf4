package pond.worker.broker.meter;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Counts one answer while its bytes pass. What it says may be asked at any time. For one thread.
 */
public final class Meter {
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    private final Format format;
    private final boolean streamed;
    private final JsonScan scan;
    private final SseParser events = new SseParser(this::data);
    private final Tally tally = new Tally();
    private int doneMatched;
    private long dataLength;
    private boolean usageOnly;
    private boolean ended;
    private boolean doneSeen;

    /** A meter for one answer.
     *
     * @param streamed whether the answer is a stream of server-sent events, else one piece of JSON
     */
    public Meter(Format format, boolean streamed) {
        this.format = format;
        this.streamed = streamed;
        this.scan = new JsonScan(format.paths(), format.textKeys(), false);
    }

    /** Counts all these bytes. */
    public void feed(byte[] bytes, int from, int length) {
        int at = 0;
        while (at < length) {
            at += feedEvent(bytes, from + at, length - at);
        }
    }

    /** Counts bytes up to the end of one event; returns how many those were. */
    public int feedEvent(byte[] bytes, int from, int length) {
        if (!streamed) {
            scan.feed(bytes, from, length);
            return length;
        }
        int taken = events.feed(bytes, from, length);
        if (events.eventEnded()) {
            endEvent();
        }
        return taken;
    }

    /** Whether the last call of feedEvent completed an event. */
    public boolean eventEnded() {
        return events.eventEnded();
    }

    /** Whether the event completed last holds nothing but the usage that the broker had asked for. */
    public boolean usageOnly() {
        return usageOnly;
    }

    /** Ends the count.
     *
     * @param clean whether the answer ended as its framing says, rather than being cut
     */
    public void finish(boolean clean) {
        if (streamed && events.inEvent() && scan.complete()) {
            endEvent();
        } else if (!streamed) {
            format.read(scan, false, tally);
        }
        ended = clean;
    }

    public Optional<Tokens> tokens() {
        return tally.tokens();
    }

    /** The model that answered, by its own word. */
    public Optional<String> model() {
        return tally.model();
    }

    /** The provider's name for the answer. */
    public Optional<String> answerId() {
        return tally.answerId();
    }

    /** The kind of error that came inside the answer. */
    public Optional<String> error() {
        return tally.error();
    }

    /** Whether the provider has told all that this call used: more bytes would change nothing. */
    public boolean settled() {
        return tally.tokens().isPresent() && tally.isLast();
    }

    /** Whether {@link #tokens} is the provider's whole account of the call. */
    public boolean exact() {
        return settled() || (tally.tokens().isPresent() && endedWell());
    }

    /** Whether the answer came to its proper end, whatever it told. */
    public boolean complete() {
        return settled() || doneSeen || endedWell();
    }

    private boolean endedWell() {
        return ended && !format.needsLastEvent() && error().isEmpty();
    }

    /** Bytes of text that the model wrote, as they stood in JSON. */
    public long textBytes() {
        return scan.textBytes();
    }

    private void data(byte[] bytes, int from, int length) {
        for (int i = 0; i < length && dataLength + i == doneMatched && doneMatched < DONE.length; i++) {
            if (bytes[from + i] == DONE[doneMatched]) {
                doneMatched++;
            }
        }
        dataLength += length;
        scan.feed(bytes, from, length);
    }

    private void endEvent() {
        if (dataLength == DONE.length && doneMatched == DONE.length) {
            doneSeen = true;
            tally.last();
            usageOnly = false;
        } else {
            format.read(scan, true, tally);
            usageOnly = format == Format.CHAT && ChatFormat.isUsageOnly(scan);
        }
        scan.reset();
        doneMatched = 0;
        dataLength = 0;
    }
}
