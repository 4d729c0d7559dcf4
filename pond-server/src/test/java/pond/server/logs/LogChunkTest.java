package pond.server.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import pond.common.api.LogStream;
import pond.common.protocol.LogBatch.Line;

class LogChunkTest {
    @Property(tries = 300)
    void whatIsEncodedDecodesToTheSameLines(@ForAll("lines") List<Line> lines) {
        List<LogChunk> chunks = LogChunk.encode(lines);

        assertThat(chunks.stream().flatMap(chunk -> LogChunk.decode(chunk.data()).stream()))
                .containsExactlyElementsOf(lines);
    }

    @Property(tries = 300)
    void aChunkCountsItsLinesAndStaysSmallUnlessOneLineIsNot(@ForAll("lines") List<Line> lines) {
        for (LogChunk chunk : LogChunk.encode(lines)) {
            assertThat(LogChunk.decode(chunk.data())).hasSize(chunk.lineCount());
            assertThat(chunk.lineCount() == 1 || chunk.data().length <= LogChunk.MAX_BYTES)
                    .isTrue();
        }
    }

    @Example
    void manyLinesFillTheirChunks() {
        List<Line> lines = java.util.Collections.nCopies(2_000, line("x".repeat(130)));

        assertThat(LogChunk.encode(lines)).hasSize(5);
    }

    @Example
    void timesThatNoAnswerCanShowAreMovedToTheNearestThatCanBeShown() {
        List<Line> lines = List.of(
                new Line(Instant.MIN, LogStream.STDERR, "before"), new Line(Instant.MAX, LogStream.STDERR, "after"));

        assertThat(LogChunk.decode(LogChunk.encode(lines).get(0).data()))
                .extracting(Line::at)
                .containsExactly(Instant.EPOCH, Instant.parse("9999-12-31T23:59:59.999Z"));
    }

    @Example
    void halfOfASurrogatePairBecomesAQuestionMark() {
        assertThat(LogChunk.decode(
                        LogChunk.encode(List.of(line("a\ud800b"))).get(0).data()))
                .extracting(Line::text)
                .containsExactly("a?b");
    }

    @Provide
    Arbitrary<List<Line>> lines() {
        Arbitrary<Instant> times = Arbitraries.longs()
                .between(0, 253_402_300_799_999L)
                .map(Instant::ofEpochMilli)
                .map(time -> time.truncatedTo(ChronoUnit.MILLIS));
        Arbitrary<String> texts = Arbitraries.oneOf(
                Arbitraries.strings().excludeChars(surrogates()).ofMaxLength(60),
                Arbitraries.of("", "\0", "ü€😀", "x".repeat(40_000), "y".repeat(70_000)));
        return Combinators.combine(times, Arbitraries.of(LogStream.class), texts)
                .as(Line::new)
                .list()
                .ofMaxSize(40);
    }

    private static char[] surrogates() {
        char[] all = new char[Character.MAX_SURROGATE - Character.MIN_SURROGATE + 1];
        for (int i = 0; i < all.length; i++) {
            all[i] = (char) (Character.MIN_SURROGATE + i);
        }
        return all;
    }

    private static Line line(String text) {
        return new Line(TestLogs.AT, LogStream.STDOUT, text);
    }
}
