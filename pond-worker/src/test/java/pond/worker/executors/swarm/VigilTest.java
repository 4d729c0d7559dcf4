package pond.worker.executors.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class VigilTest {
    private static final long SECOND = 1_000_000_000L;
    /** Near its end, as the clock of a machine may be. */
    private static final long START = Long.parseLong("9223372031854775807");

    private final Vigil vigil = new Vigil(new Vigil.Patience(Duration.ofSeconds(10), Duration.ofSeconds(3)));

    @Test
    void theFirstSignOfLifeHasItsOwnTime() {
        vigil.begin(START);

        assertThat(code(9, OptionalLong.empty())).isEmpty();
        assertThat(code(10, OptionalLong.empty())).contains("start_timeout");
    }

    @Test
    void aLineAndAByteOfItsModelAreSignsOfLife() {
        vigil.begin(START);
        vigil.line(START + 9 * SECOND);

        assertThat(code(11, OptionalLong.empty())).isEmpty();
        assertThat(code(12, OptionalLong.empty())).contains("no_output_timeout");
        assertThat(code(12, OptionalLong.of(START + 10 * SECOND))).isEmpty();
        assertThat(code(13, OptionalLong.of(START + 10 * SECOND))).contains("no_output_timeout");
    }

    private Optional<String> code(long seconds, OptionalLong lastByte) {
        return vigil.end(START + seconds * SECOND, lastByte).map(SwarmFailure::code);
    }
}
