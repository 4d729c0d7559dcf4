package pond.server.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SourceKeyTest {
    private final SourceKey old = new SourceKey(key(1));
    private final SourceKey fresh = new SourceKey(key(2));
    private final SourceKey both = new SourceKey(key(2), key(1));

    @Test
    void theFirstKeySealsAndEitherOpens() throws GeneralSecurityException {
        String before = old.seal("text", "here");
        String now = both.seal("text", "here");

        assertThat(both.open(before, "here")).isEqualTo("text");
        assertThat(both.open(now, "here")).isEqualTo("text");
        assertThat(fresh.open(now, "here")).isEqualTo("text");
        assertThatThrownBy(() -> old.open(now, "here")).isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void resealingKeepsTextAndContext() throws GeneralSecurityException {
        String resealed = both.reseal(old.seal("text", "here"), "here");

        assertThat(fresh.open(resealed, "here")).isEqualTo("text");
        assertThatThrownBy(() -> both.open(resealed, "there")).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> fresh.reseal(old.seal("text", "here"), "here"))
                .isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> new SourceKey(new byte[3])).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] key(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return key;
    }
}
