package pond.common.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
    private static final String UUID_TEXT = "01890a5d-ac96-774b-bcce-b302099a8057";

    @Test
    void idsAreReadAndWrittenInTheirUsualForm() {
        assertThat(RunId.parse(UUID_TEXT)).contains(new RunId(UUID.fromString(UUID_TEXT)));
        assertThat(JobId.parse(UUID_TEXT.toUpperCase(java.util.Locale.ROOT)))
                .map(JobId::toString)
                .contains(UUID_TEXT);
        assertThat(WorkerId.of(UUID_TEXT)).hasToString(UUID_TEXT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1-1-1-1-1",
                "01890a5d-ac96-774b-bcce-b302099a805",
                "01890a5d-ac96-774b-bcce-b302099a80577",
                "{01890a5d-ac96-774b-bcce-b302099a8057}",
                "01890a5dac96774bbcceb302099a8057",
                " 01890a5d-ac96-774b-bcce-b302099a8057",
                "01890a5d-ac96-774b-bcce-b302099a8057\n",
                "g1890a5d-ac96-774b-bcce-b302099a8057",
                "٠1890a5d-ac96-774b-bcce-b302099a8057"
            })
    void whatIsNoUuidIsRefused(String text) {
        assertThat(RunId.parse(text)).isEmpty();
        assertThat(JobId.parse(text)).isEmpty();
        assertThat(WorkerId.parse(text)).isEmpty();
        assertThatThrownBy(() -> RunId.of(text)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> JobId.of(text)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WorkerId.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void anyTextIsRefusedOrReadsBackAsItself(@ForAll String text) {
        RunId.parse(text).ifPresent(id -> assertThat(id.toString()).isEqualToIgnoringCase(text));
        ProjectId.parse(text).ifPresent(id -> assertThat(id).hasToString(text));
    }
}
