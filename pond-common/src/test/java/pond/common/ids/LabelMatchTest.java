package pond.common.ids;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelMatchTest {
    @Test
    void theFirstEqualsSignEndsTheKey() {
        assertThat(LabelMatch.parse("team=red")).contains(new LabelMatch("team", "red"));
        assertThat(LabelMatch.parse("a/b.c=d=e")).contains(new LabelMatch("a/b.c", "d=e"));
        assertThat(LabelMatch.parse("team=")).contains(new LabelMatch("team", ""));
        assertThat(LabelMatch.parse("team")).contains(new LabelMatch("team", null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "=red", "a b", "-a=b", "ä=b"})
    void whatNoLabelCanBeIsRefused(String text) {
        assertThat(LabelMatch.parse(text)).isEmpty();
    }

    @Test
    void lengthsAreThoseOfLabels() {
        assertThat(LabelMatch.parse("k".repeat(63) + "=" + "v".repeat(256))).isPresent();
        assertThat(LabelMatch.parse("k".repeat(64))).isEmpty();
        assertThat(LabelMatch.parse("k=" + "v".repeat(257))).isEmpty();
    }
}
