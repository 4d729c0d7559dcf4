package pond.worker.broker.meter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseParserTest {
    private static final String STREAM = "\uFEFF" + """
            data: one

            : comment
            event: x
            data:two
            data:  and a half
            id: 7

            data

            retry: 1

            datax: no
            data : no

            dat: no

            data: grüße 🦆

            data: cut""";
    private static final List<String> EVENTS = List.of("one", "two\n and a half", "", "grüße 🦆");

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void findsTheDataOfEventsWithAnyLineEnd(String lineEnd) {
        byte[] bytes = bytes(STREAM.replace("\n", lineEnd));

        assertThat(events(bytes, bytes.length)).isEqualTo(EVENTS);
        assertThat(events(bytes, 1)).isEqualTo(EVENTS);
    }

    @Property(tries = 300)
    void anyCutGivesTheSameEvents(@ForAll long seed) {
        Random random = new Random(seed);
        String text = STREAM.replace("\n", List.of("\n", "\r\n", "\r").get(random.nextInt(3)));

        assertThat(events(bytes(text), 1 + random.nextInt(20))).isEqualTo(EVENTS);
    }

    @Test
    void stopsBehindEachEvent() {
        SseParser parser = new SseParser((bytes, from, length) -> {});
        byte[] bytes = bytes("data: a\n\ndata: b\n\n");

        assertThat(parser.feed(bytes, 0, bytes.length)).isEqualTo(9);
        assertThat(parser.eventEnded()).isTrue();
        assertThat(parser.feed(bytes, 9, 5)).isEqualTo(5);
        assertThat(parser.eventEnded()).isFalse();
        assertThat(parser.inEvent()).isTrue();
    }

    private static List<String> events(byte[] bytes, int step) {
        List<String> events = new ArrayList<>();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        SseParser parser = new SseParser(data::write);
        for (int at = 0; at < bytes.length; ) {
            at += parser.feed(bytes, at, Math.min(step, bytes.length - at));
            if (parser.eventEnded()) {
                events.add(data.toString(StandardCharsets.UTF_8));
                data.reset();
            }
        }
        return events;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
