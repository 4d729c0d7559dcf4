package pond.worker.sandbox.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxUserTest {
    private static final SandboxUser ROOT = new SandboxUser(0, 0, false);
    private static final SandboxUser ANN = new SandboxUser(1000, 1000, false);

    @TempDir
    private Path folder = Path.of("");

    private Path passwd = Path.of("");

    @BeforeEach
    void write() throws IOException {
        passwd = Files.write(
                folder.resolve("passwd"),
                List.of(
                        "root:x:0:0:root:/root:/bin/sh",
                        "toor:x:0:0::/root:/bin/sh",
                        "ann:x:1000:1000::/home/ann:/bin/sh",
                        "sbx:x:900:901::/:/bin/false",
                        "taken:x:64100:64100::/:/bin/false"));
    }

    @Test
    void anOrdinaryUserStaysWhoItIs() throws Exception {
        assertThat(SandboxUser.choose(ANN, Optional.empty(), passwd)).isEqualTo(ANN);
        assertThat(SandboxUser.choose(ANN, Optional.of("ann"), passwd)).isEqualTo(ANN);
        assertThat(SandboxUser.choose(ANN, Optional.of("1000"), passwd)).isEqualTo(ANN);
    }

    @Test
    void anOrdinaryUserCannotBecomeAnother() {
        assertThatThrownBy(() -> SandboxUser.choose(ANN, Optional.of("sbx"), passwd))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("sbx");
    }

    @Test
    void rootTakesANumberThatNobodyHas() throws Exception {
        assertThat(SandboxUser.choose(ROOT, Optional.empty(), passwd)).isEqualTo(new SandboxUser(64_101, 64_101, true));
    }

    @Test
    void rootTakesWhoeverIsNamed() throws Exception {
        assertThat(SandboxUser.choose(ROOT, Optional.of("sbx"), passwd)).isEqualTo(new SandboxUser(900, 901, true));
        assertThat(SandboxUser.choose(ROOT, Optional.of("900"), passwd)).isEqualTo(new SandboxUser(900, 901, true));
        assertThat(SandboxUser.choose(ROOT, Optional.of("70000"), passwd))
                .isEqualTo(new SandboxUser(70_000, 70_000, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "toor", "0", "nobody-such", "", "-1", "99999999999"})
    void rootIsNoUserForStagesAndNeitherIsNobody(String name) {
        assertThatThrownBy(() -> SandboxUser.choose(ROOT, Optional.of(name), passwd))
                .isInstanceOfSatisfying(
                        UnavailableException.class,
                        e -> assertThat(e.result().code()).isEqualTo("sandbox_user_invalid"));
    }
}
