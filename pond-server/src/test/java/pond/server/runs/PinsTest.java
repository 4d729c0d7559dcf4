package pond.server.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pond.common.definition.SourceSpec;

class PinsTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String DIGEST = "ab".repeat(32);

    @Test
    void eachKindIsHeldToItsRevisionAsFarAsItCanBe() {
        SourceSpec.GitHttps git = new SourceSpec.GitHttps("https://h/r", "main", "t", null, null, true, 3);
        SourceSpec.Tarball tarball = new SourceSpec.Tarball("https://h/a?sig=1", null, 2);
        SourceSpec.Folder folder = new SourceSpec.Folder("f");
        SourceSpec.Inline inline = new SourceSpec.Inline(Map.of("a", "b"));

        List<SourceSpec> pinned = Pins.apply(
                List.of(source("g", git), source("t", tarball), source("f", folder), source("i", inline)),
                Map.of("g", COMMIT, "t", "sha256:" + DIGEST, "f", "sha256:" + DIGEST, "i", "sha256:" + DIGEST));

        assertThat(pinned)
                .containsExactly(
                        source("g", new SourceSpec.GitHttps("https://h/r", COMMIT, "t", null, null, true, 3)),
                        source("t", new SourceSpec.Tarball("https://h/a?sig=1", DIGEST, 2)),
                        source("f", folder),
                        source("i", inline));
    }

    @Test
    void whatWasNeverResolvedIsAsItWasSubmitted() {
        SourceSpec git = source("g", new SourceSpec.GitHttps("https://h/r", "main", null, null, null, false, 1));

        assertThat(Pins.apply(List.of(git), Map.of("other", COMMIT))).containsExactly(git);
    }

    private static SourceSpec source(String label, SourceSpec.Config config) {
        return new SourceSpec(label, config);
    }
}
