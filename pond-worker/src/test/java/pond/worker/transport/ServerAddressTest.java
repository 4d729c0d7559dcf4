package pond.worker.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {
    @ParameterizedTest
    @CsvSource({
        "https://Pond.Example.com/, https://pond.example.com",
        "https://pond.example.com:8443/behind/a/proxy/, https://pond.example.com:8443/behind/a/proxy",
        "http://localhost:8001, http://localhost:8001",
        "http://127.0.0.1:8001, http://127.0.0.1:8001",
        "http://[::1]:8001, http://[::1]:8001"
    })
    void isKeptInOneForm(String text, String url) {
        assertThat(ServerAddress.of(text, false)).hasToString(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "pond",
                "pond.example.com:8001",
                "ftp://pond",
                "https://",
                "https://a b",
                "https://u:secret@pond",
                "https://pond/?secret=1",
                "https://pond/#secret",
                "https://pond:99999"
            })
    void anythingElseIsRefusedWithoutBeingRepeated(String text) {
        assertThatThrownBy(() -> ServerAddress.of(text, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("takes a URL such as")
                .hasMessageNotContaining("secret");
    }

    @Test
    void plainHttpStaysOnThisMachineUnlessAllowed() {
        assertThatThrownBy(() -> ServerAddress.of("http://127.0.0.1.example.com", false))
                .hasMessageContaining("--insecure-http");
        assertThat(ServerAddress.of("http://pond.example.com", true)).hasToString("http://pond.example.com");
    }
}
