package pond.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class LineSplitterTest {
    private static final int MAX = LineSplitter.MAX_LINE;

    @Property(tries = 300)
    void linesDependOnTheBytesAndNotOnHowTheyArrive(@ForAll("outputs") byte[] output, @ForAll long seed)
            throws IOException {
        assertThat(split(output, new Random(seed))).isEqualTo(expected(output));
    }

    @Property(tries = 100)
    void textIsNeverTorn(@ForAll("texts") String text, @ForAll long seed) throws IOException {
        String line = text.repeat(1 + 3 * MAX / text.length());
        List<String> pieces = split(line.getBytes(StandardCharsets.UTF_8), new Random(seed));

        assertThat(String.join("", pieces)).isEqualTo(line);
        assertThat(pieces)
                .allSatisfy(piece ->
                        assertThat(piece.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(MAX));
    }

    @Test
    void lineEndsAreTrimmedAndEmptyLinesKept() throws IOException {
        assertThat(split("a\r\n\r\n\nb\rc\n\r\r\nlast")).containsExactly("a", "", "", "b\rc", "\r", "last");
        assertThat(split("")).isEmpty();
        assertThat(split("\n")).containsExactly("");
    }

    @Test
    void nulSurvivesAndInvalidBytesAreReplaced() throws IOException {
        assertThat(split(new byte[] {'a', 0, 'b', (byte) 0xFF, '\n'}, new Random(1)))
                .containsExactly("a\0b\uFFFD");
    }

    @Test
    void lineOfExactlyTheLimitIsOneLine() throws IOException {
        String full = "x".repeat(MAX);

        assertThat(split(full + "\n")).containsExactly(full);
        assertThat(split(full + "\r\nnext")).containsExactly(full, "next");
        assertThat(split(full + "y\n\n")).containsExactly(full, "y", "");
        assertThat(split(full)).containsExactly(full);
    }

    @Test
    void cutMovesBeforeASequenceThatWouldBeTorn() throws IOException {
        String head = "x".repeat(MAX - 1);

        assertThat(split(head + "€uro\n")).containsExactly(head, "€uro");
    }

    @Provide
    Arbitrary<byte[]> outputs() {
        Arbitrary<byte[]> pieces = Arbitraries.oneOf(
                Arbitraries.of("\n", "\r\n", "\r", "", "word", "\0", "é", "€", "🦆")
                        .map(text -> text.getBytes(StandardCharsets.UTF_8)),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(40),
                Arbitraries.integers()
                        .between(MAX - 4, MAX + 4)
                        .map(size -> "x".repeat(size).getBytes(StandardCharsets.UTF_8)),
                Arbitraries.integers()
                        .between(MAX / 4 - 2, 5 * MAX)
                        .map(size -> "é€🦆".repeat(size / 9).getBytes(StandardCharsets.UTF_8)));
        return pieces.list().ofMaxSize(12).map(list -> {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            list.forEach(all::writeBytes);
            return all.toByteArray();
        });
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("a", "é", "€", "🦆")
                .list()
                .ofMinSize(1)
                .ofMaxSize(9)
                .map(list -> String.join("", list));
    }

    /** The same lines, told from the whole output at once. */
    private static List<String> expected(byte[] output) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < output.length; i++) {
            if (output[i] == '\n') {
                int end = i > start && output[i - 1] == '\r' ? i - 1 : i;
                lines.addAll(end == start ? List.of("") : pieces(output, start, end));
                start = i + 1;
            }
        }
        lines.addAll(pieces(output, start, output.length));
        return lines;
    }

    private static List<String> pieces(byte[] output, int from, int to) {
        List<String> pieces = new ArrayList<>();
        for (int start = from; start < to; ) {
            int end = to - start <= MAX ? to : beforeTornSequence(output, start, start + MAX);
            pieces.add(new String(output, start, end - start, StandardCharsets.UTF_8));
            start = end;
        }
        return pieces;
    }

    private static int beforeTornSequence(byte[] output, int start, int limit) {
        for (int back = 1; back <= 3 && limit - back >= start; back++) {
            int value = output[limit - back] & 0xFF;
            int needed = value >= 0xF0 ? 4 : value >= 0xE0 ? 3 : value >= 0xC0 ? 2 : 0;
            if (needed > 0 || value < 0x80) {
                boolean continues = (output[limit] & 0xC0) == 0x80;
                return continues && needed > back ? limit - back : limit;
            }
        }
        return limit;
    }

    private static List<String> split(String output) throws IOException {
        return split(output.getBytes(StandardCharsets.UTF_8), new Random(0));
    }

    private static List<String> split(byte[] output, Random random) throws IOException {
        List<String> lines = new ArrayList<>();
        LineSplitter splitter = new LineSplitter(lines::add);
        int largest = 1 << random.nextInt(17);
        InputStream chunks = new ByteArrayInputStream(output) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, 1 + random.nextInt(largest)));
            }
        };
        while (splitter.readFrom(chunks) >= 0) {
            assertThat(lines).doesNotContainNull();
        }
        splitter.finish();
        return lines;
    }
}
