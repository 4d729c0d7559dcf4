package pond.worker.broker.meter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pond.worker.broker.model.Dialect;
import pond.worker.broker.model.Dialects;
import pond.worker.broker.model.Reply;

class MeterTest {
    private static final Tokens USED = new Tokens(1200, 300, 50, 42, 10);
    /** Gemini has no figure for what is written to a cache. */
    private static final Tokens USED_GEMINI = new Tokens(1250, 300, 0, 42, 10);

    private static final Reply REPLY = Reply.of("big-model-2", Reply.RESULT, USED);

    static Stream<Dialect> dialects() {
        return Dialects.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void countsAWholeAnswer(Dialect dialect) {
        Meter meter = metered(dialect, dialect.whole(REPLY), false, true);

        assertThat(meter.tokens()).contains(used(dialect));
        assertThat(meter.model()).contains("big-model-2");
        assertThat(meter.answerId()).isPresent();
        assertThat(meter.exact()).isTrue();
        assertThat(meter.error()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void countsAStreamOnceHoweverOftenItTells(Dialect dialect) {
        for (Reply reply : new Reply[] {REPLY, REPLY.repeating()}) {
            Meter meter = metered(dialect, stream(dialect, reply), true, true);

            assertThat(meter.tokens()).contains(used(dialect));
            assertThat(meter.model()).contains("big-model-2");
            assertThat(meter.exact()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void aStreamWithoutUsageIsUnknown(Dialect dialect) {
        Meter meter = metered(dialect, stream(dialect, REPLY.silent()), true, true);

        assertThat(meter.tokens()).isEmpty();
        assertThat(meter.exact()).isFalse();
        assertThat(meter.textBytes()).isEqualTo(textLength());
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void aCutStreamIsNotExact(Dialect dialect) {
        String stream = stream(dialect, REPLY);
        Meter meter = metered(dialect, stream.substring(0, stream.length() / 2), true, false);

        assertThat(meter.exact()).isFalse();
        assertThat(meter.complete()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void anErrorInsideAStreamIsNoticed(Dialect dialect) {
        String stream = dialect.events(REPLY).get(0) + dialect.errorEvent(REPLY);
        Meter meter = metered(dialect, stream, true, true);

        assertThat(meter.error()).isPresent();
        assertThat(meter.exact()).isFalse();
    }

    @Property(tries = 400)
    void anyChunkingGivesTheSameUsage(
            @ForAll @IntRange(min = 0, max = 3) int format, @ForAll boolean streamed, @ForAll long seed) {
        Random random = new Random(seed);
        Dialect dialect = Dialects.ALL.get(format);
        Tokens used = new Tokens(
                random.nextInt(100_000),
                random.nextInt(1000),
                random.nextInt(3),
                random.nextInt(5000) + 20,
                random.nextInt(20));
        Reply reply = Reply.of("m", "x\r\n\"ü🦆\" ".repeat(random.nextInt(30)), used);
        String text = streamed ? stream(dialect, reply) : dialect.whole(reply);
        byte[] bytes =
                (streamed && random.nextBoolean() ? text.replace("\n", "\r\n") : text).getBytes(StandardCharsets.UTF_8);
        Meter meter = new Meter(dialect.format(), streamed);
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(bytes.length - at, 1 + random.nextInt(50));
            meter.feed(bytes, at, length);
            at += length;
        }
        meter.finish(true);

        assertThat(meter.tokens()).contains(dialect.format() == Format.GEMINI ? withoutCacheWrite(used) : used);
        assertThat(meter.exact()).isTrue();
    }

    @Test
    void anOlderMessagesStreamTellsOnlyOutputAtItsEnd() {
        Meter meter = metered(
                Dialects.MESSAGES,
                "data: {\"type\":\"message_start\",\"message\":{\"model\":\"m\",\"usage\":{\"input_tokens\":9,"
                        + "\"cache_read_input_tokens\":4,\"output_tokens\":1}}}\n\n"
                        + "data: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":77}}\n\n",
                true,
                false);

        assertThat(meter.tokens()).contains(new Tokens(9, 4, 0, 77, 0));
        assertThat(meter.exact()).isTrue();
    }

    @Test
    void aGeminiStreamMayBeAnArray() {
        String array = "[{\"usageMetadata\":{\"promptTokenCount\":5}},\n{\"usageMetadata\":{\"promptTokenCount\":5,"
                + "\"candidatesTokenCount\":8,\"toolUsePromptTokenCount\":2}}]";
        Meter meter = metered(Dialects.GEMINI, array, false, true);

        assertThat(meter.tokens()).contains(new Tokens(7, 0, 0, 8, 0));
    }

    @Test
    void figuresThatCannotBeAreMovedIntoRange() {
        Meter meter = metered(
                Dialects.CHAT,
                "{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1e30,\"prompt_tokens_details\":{\"cached_tokens\":9},"
                        + "\"completion_tokens_details\":{\"reasoning_tokens\":-4}}}",
                false,
                true);

        assertThat(meter.tokens()).hasValueSatisfying(tokens -> {
            assertThat(tokens.input()).isZero();
            assertThat(tokens.cacheRead()).isEqualTo(9);
            assertThat(tokens.output()).isBetween(0L, 1_000_000_000L);
            assertThat(tokens.reasoning()).isZero();
        });
    }

    @Test
    void onlyTheChunkThatTellsUsageAloneIsExtra() {
        Meter meter = new Meter(Format.CHAT, true);
        StringBuilder extra = new StringBuilder();
        for (String event : Dialects.CHAT.events(REPLY)) {
            byte[] bytes = event.getBytes(StandardCharsets.UTF_8);
            meter.feed(bytes, 0, bytes.length);
            extra.append(meter.usageOnly() ? event : "");
        }

        assertThat(extra).contains("\"choices\":[],\"usage\":{").hasLineCount(2);
    }

    @Property(tries = 100)
    void gzipIsUnpackedHoweverItIsCut(@ForAll @IntRange(min = 1, max = 40) int step) throws IOException {
        String text = stream(Dialects.MESSAGES, REPLY);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        ByteArrayOutputStream unpacked = new ByteArrayOutputStream();
        try (Gunzip gunzip = new Gunzip(unpacked::write)) {
            byte[] bytes = packed.toByteArray();
            for (int at = 0; at < bytes.length; at += step) {
                gunzip.feed(bytes, at, Math.min(step, bytes.length - at));
            }
            assertThat(gunzip.broken()).isFalse();
        }

        assertThat(unpacked.toString(StandardCharsets.UTF_8)).isEqualTo(text);
    }

    @Test
    void gzipMayCarryANameAndWhatIsNoneIsBroken() {
        byte[] head = {0x1F, (byte) 0x8B, 8, 4 | 8 | 2, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7, 'n', 0, 1, 2, 3, 0};
        ByteArrayOutputStream unpacked = new ByteArrayOutputStream();
        try (Gunzip named = new Gunzip(unpacked::write);
                Gunzip none = new Gunzip(unpacked::write)) {
            named.feed(head, 0, head.length);
            none.feed("no gzip".getBytes(StandardCharsets.US_ASCII), 0, 7);

            assertThat(named.broken()).isFalse();
            assertThat(none.broken()).isTrue();
        }
        assertThat(unpacked.size()).isZero();
    }

    private static Meter metered(Dialect dialect, String text, boolean streamed, boolean clean) {
        Meter meter = new Meter(dialect.format(), streamed);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        meter.feed(bytes, 0, bytes.length);
        meter.finish(clean);
        return meter;
    }

    private static String stream(Dialect dialect, Reply reply) {
        return String.join("", dialect.events(reply));
    }

    private static Tokens used(Dialect dialect) {
        return dialect.format() == Format.GEMINI ? USED_GEMINI : USED;
    }

    private static Tokens withoutCacheWrite(Tokens used) {
        return new Tokens(used.input() + used.cacheWrite(), used.cacheRead(), 0, used.output(), used.reasoning());
    }

    private static long textLength() {
        return Reply.RESULT.replace("\n", "\\n").replace("\"", "\\\"").getBytes(StandardCharsets.UTF_8).length;
    }
}
