package pond.server.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.KeyView;
import pond.common.ids.ProjectId;
import pond.server.auth.Principal;
import pond.server.auth.TokenDigest;
import pond.server.auth.TokenLookup.StoredToken;
import pond.server.db.Database;
import pond.server.db.DatabaseConfig;
import pond.server.db.Migrator;
import pond.server.errors.PondException;

class KeyServiceTest {
    private static final ProjectId P = new ProjectId("p");
    private static final Instant START = Instant.parse("2030-01-01T00:00:00.123Z");

    private final ExecutorService completions = Executors.newSingleThreadExecutor();
    private volatile Instant now = START;

    @TempDir
    private Path folder;

    private Database database;
    private KeyService keys;

    @BeforeEach
    void open() {
        InstantSource clock = () -> now;
        database = Database.open(
                DatabaseConfig.of("pond", folder.resolve("pond.db")),
                new Migrator("db/pond", List.of("0001_create_keys.sql"), clock),
                completions);
        keys = new KeyService(database, clock);
    }

    @AfterEach
    void close() {
        database.close();
        completions.shutdown();
    }

    @Test
    void aMintedKeyIsFoundByItsDigestAndStandsForItsProject() {
        KeyView minted = keys.mint(P, "ci", null).join();

        assertThat(minted.key()).matches("pond_pk_[A-Za-z0-9_-]{43}");
        assertThat(minted.createdAt()).isEqualTo(START);
        assertThat(find(minted)).contains(new StoredToken(digest(minted), new Principal.Project(P, minted.id()), true));
        assertThat(keys.find(TokenDigest.of("pond_pk_other"))).isEmpty();
    }

    @Test
    void thePlaintextIsNowhereInTheState() throws IOException {
        KeyView minted = keys.mint(P, null, null).join();
        String secret = plaintext(minted).substring(KeyService.PREFIX.length());
        database.close();

        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .doesNotContain(secret);
            }
        }
    }

    @Test
    void listsByProjectOldestFirstWithoutPlaintext() {
        KeyView first = keys.mint(P, "a", null).join();
        now = START.plusSeconds(1);
        KeyView second = keys.mint(P, "b", null).join();
        KeyView other = keys.mint(new ProjectId("q"), null, null).join();

        assertThat(keys.list(Optional.of(P))).extracting(KeyView::id).containsExactly(first.id(), second.id());
        assertThat(keys.list(Optional.empty()))
                .extracting(KeyView::id)
                .contains(other.id())
                .hasSize(3);
        assertThat(keys.list(Optional.empty())).extracting(KeyView::key).containsOnlyNulls();
    }

    @Test
    void aRevokedKeyIsFoundButNotUsableFromThatMomentOn() {
        KeyView minted = keys.mint(P, null, null).join();
        now = START.plusSeconds(5);

        assertThat(keys.revoke(minted.id()).join().revokedAt()).isEqualTo(START.plusSeconds(5));
        assertThat(find(minted)).map(StoredToken::usable).contains(false);
        now = START.plusSeconds(9);
        assertThat(keys.revoke(minted.id()).join().revokedAt()).isEqualTo(START.plusSeconds(5));
    }

    @Test
    void aKeyExpiresToTheMillisecond() {
        Instant end = START.plus(Duration.ofHours(1));
        KeyView minted = keys.mint(P, null, end).join();

        now = end.minusMillis(1);
        assertThat(find(minted)).map(StoredToken::usable).contains(true);
        now = end;
        assertThat(find(minted)).map(StoredToken::usable).contains(false);
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> keys.mint(P, null, START)).isInstanceOf(PondException.class);
        assertThatThrownBy(() -> keys.mint(P, " ", null)).isInstanceOf(PondException.class);
        assertThatThrownBy(() -> keys.mint(P, "x".repeat(129), null)).isInstanceOf(PondException.class);
        assertThatThrownBy(() -> keys.revoke(new UUID(1, 2)).join())
                .hasCauseInstanceOf(PondException.class)
                .hasMessageContaining("there is no such key");
    }

    private Optional<StoredToken> find(KeyView minted) {
        return keys.find(digest(minted));
    }

    private static String digest(KeyView minted) {
        return TokenDigest.of(plaintext(minted));
    }

    private static String plaintext(KeyView minted) {
        return Optional.ofNullable(minted.key()).orElseThrow();
    }
}
