package pond.worker.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pond.common.protocol.UsageRecord;
import pond.common.protocol.UsageRecord.Ending;
import pond.common.protocol.UsageRecord.UsageSource;
import pond.worker.broker.meter.Format;
import pond.worker.broker.meter.Gunzip;
import pond.worker.broker.meter.Meter;
import pond.worker.broker.meter.Tokens;

/**
 * One call to the provider, from before its connection to its record. {@link #close} writes the record, once, whatever
 * happened. Calls that cost nothing leave none. For one thread.
 */
final class Call implements AutoCloseable {
    /** A rough size of a token in bytes of JSON, for what the provider did not tell. */
    private static final long BYTES_PER_TOKEN = 4;

    private static final int MAX_TEXT = 200;

    private final Terms terms;
    private final Optional<Format> format;
    private final Spending.Share share;
    private final Instant startedAt;
    private final UUID id = UUID.randomUUID();
    private String asked = "";
    private Optional<String> requestId = Optional.empty();
    private long requestBytes;
    private int status;
    private boolean answering;
    private boolean streamed;
    private @Nullable Meter meter;
    private @Nullable Gunzip gunzip;
    private Tokens charged = Tokens.NONE;
    private Optional<String> trouble = Optional.empty();

    Call(Terms terms, Optional<Format> format) {
        this.terms = terms;
        this.format = format;
        this.share = terms.spending().share();
        this.startedAt = terms.time().instant();
    }

    void asked(Optional<String> model) {
        model.ifPresent(name -> asked = name);
    }

    void sent(long bytes) {
        requestBytes += bytes;
    }

    /** What the provider answered, or what the client was told in its place. */
    void status(int code) {
        status = code;
    }

    /** There was no answer of the provider's: what the client is told in its place, and why in words. */
    void failed(int code, String words) {
        status = code;
        trouble = Optional.of(words);
    }

    void requestId(Optional<String> name) {
        requestId = name;
    }

    /** An answer with success begins. */
    void answering(boolean inEvents, boolean zipped) {
        answering = true;
        streamed = inEvents;
        if (format.isPresent()) {
            Meter counting = new Meter(format.get(), inEvents);
            meter = counting;
            gunzip = zipped ? new Gunzip(counting::feed) : null;
        }
    }

    /** Counts bytes up to the end of an event, or all of them where events do not matter; returns how many. */
    int feed(byte[] bytes, int from, int length) {
        if (meter == null) {
            return length;
        }
        int taken = length;
        if (gunzip == null) {
            taken = meter.feedEvent(bytes, from, length);
        } else {
            gunzip.feed(bytes, from, length);
        }
        meter.tokens().filter(tokens -> !tokens.equals(charged)).ifPresent(this::charge);
        return taken;
    }

    /** Whether an event ended where the last feed stopped, and whether it is only there because the broker asked. */
    boolean eventEnded() {
        return meter != null && meter.eventEnded();
    }

    boolean usageOnly() {
        return meter != null && meter.usageOnly();
    }

    /** Whether no further byte of the answer matters to the record. */
    boolean settled() {
        return meter == null || meter.settled();
    }

    /** The answer is over; {@code clean} when it ended as its framing says. */
    void ended(boolean clean) {
        if (meter != null) {
            meter.finish(clean);
        }
    }

    @Override
    public void close() {
        if (gunzip != null) {
            gunzip.close();
        }
        if (format.isEmpty()) {
            return;
        }
        UsageSource source = UsageSource.NONE;
        Tokens used = Tokens.NONE;
        if (answering && meter != null) {
            used = meter.tokens().orElse(Tokens.NONE);
            if (meter.exact()) {
                source = UsageSource.PROVIDER;
                charge(used);
            } else if (used.equals(Tokens.NONE) && meter.complete()) {
                // The provider told nothing: the record says unknown, the budget must not be blind to it.
                charge(estimate(used));
            } else {
                source = UsageSource.ESTIMATED;
                used = estimate(used);
                charge(used);
            }
        }
        report(source, used);
    }

    private Tokens estimate(Tokens told) {
        Tokens base = told.equals(Tokens.NONE) ? new Tokens(tokens(requestBytes), 0, 0, 0, 0) : told;
        return base.withOutputAtLeast(meter == null ? 0 : tokens(meter.textBytes()));
    }

    private void charge(Tokens tokens) {
        charged = tokens;
        long micros = terms.job()
                .rateCard()
                .costMicros(tokens.input(), tokens.cacheRead(), tokens.cacheWrite(), tokens.output());
        share.set(tokens.total(), micros);
    }

    private String answered() {
        return meter == null ? asked : meter.model().orElse(asked);
    }

    private void report(UsageSource source, Tokens used) {
        Instant finishedAt = terms.time().instant();
        boolean good =
                answering && meter != null && meter.complete() && meter.error().isEmpty();
        terms.counts().calls().incrementAndGet();
        terms.counts().failed().addAndGet(good ? 0 : 1);
        tellTrouble(good);
        Optional<String> name = requestId.or(() -> meter == null ? Optional.empty() : meter.answerId());
        terms.record(new UsageRecord(
                id,
                terms.provider().name(),
                shortened(asked),
                shortened(answered()),
                name.map(this::shortened).orElse(null),
                used.input(),
                used.cacheRead(),
                used.cacheWrite(),
                used.output(),
                used.reasoning(),
                source,
                streamed,
                ending(good),
                status,
                startedAt,
                finishedAt));
        String error = meter == null
                ? ""
                : meter.error().map(kind -> ", error " + kind).orElse("");
        terms.say("model call " + shortened(answered()) + ": " + status + (answering && !good ? " incomplete" : "")
                + error
                + ", " + Duration.between(startedAt, finishedAt).toMillis() + " ms, tokens " + used.input()
                + " in, " + used.cacheRead() + " cached, " + used.cacheWrite() + " to cache, " + used.output()
                + " out (" + source + ")");
    }

    private void tellTrouble(boolean good) {
        if (good) {
            terms.signs().noTrouble();
        } else if (answering && meter != null) {
            terms.signs()
                    .trouble(meter.error()
                            .map(kind -> "the provider's answer ended with the error " + shortened(kind))
                            .orElse("the provider's answer was cut"));
        } else {
            terms.signs().trouble(trouble.orElse("the provider answered " + status));
        }
    }

    private Ending ending(boolean good) {
        if (good) {
            return Ending.COMPLETE;
        }
        return answering && meter != null && meter.error().isEmpty() ? Ending.CUT : Ending.ERROR;
    }

    /** What came from outside, fit for a record: a server may repeat anything, the key too. */
    private String shortened(String text) {
        if (terms.credential().isIn(text)) {
            return "[hidden]";
        }
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
    }

    private static long tokens(long bytes) {
        return (bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
    }
}
