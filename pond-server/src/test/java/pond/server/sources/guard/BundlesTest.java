package pond.server.sources.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundlesTest {
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final String C = "c".repeat(64);
    private static final Instant OLD = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path temp;

    private Bundles bundles;

    @BeforeEach
    void open() throws IOException {
        bundles = new Bundles(temp.resolve("bundles"));
    }

    private void store(String sha256, Instant at) throws IOException {
        var file = Files.writeString(temp.resolve("new"), sha256);
        Files.setLastModifiedTime(file, FileTime.from(at));
        bundles.adopt(file, sha256);
    }

    @Test
    void theSweepTakesWhatIsOldAndNotNamed() throws IOException {
        store(A, OLD);
        store(B, OLD);
        store(C, OLD.plusSeconds(100));
        Files.writeString(temp.resolve("bundles/notes"), "not a bundle");

        assertThat(bundles.sweep(Set.of(A), OLD.plusSeconds(50))).isEqualTo(1);

        assertThat(bundles.find(A)).isPresent();
        assertThat(bundles.find(B)).isEmpty();
        assertThat(bundles.find(C)).isPresent();
        assertThat(temp.resolve("bundles/notes")).exists();
    }

    @Test
    void aBundleThatIsRenewedCountsAsNew() throws IOException {
        store(A, OLD);
        assertThat(bundles.renew(A, OLD.plusSeconds(100))).isTrue();
        assertThat(bundles.renew(B, OLD)).isFalse();
        assertThat(bundles.sweep(Set.of(), OLD.plusSeconds(50))).isZero();
    }

    @Test
    void aBundleThatIsStoredAgainCountsAsNew() throws IOException {
        store(A, OLD);
        store(A, OLD.plusSeconds(100));
        assertThat(bundles.sweep(Set.of(), OLD.plusSeconds(50))).isZero();
    }

    @Test
    void aDeletedBundleCanBeReadToItsEnd() throws IOException {
        store(A, OLD);
        try (var in = bundles.open(A)) {
            assertThat(bundles.delete(A)).isTrue();
            assertThat(bundles.delete(A)).isFalse();
            assertThat(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo(A);
        }
    }

    @Test
    void aNameThatIsNoDigestNeverBecomesAPath() {
        assertThatThrownBy(() -> bundles.find("../secret")).isInstanceOf(IllegalArgumentException.class);
    }
}
