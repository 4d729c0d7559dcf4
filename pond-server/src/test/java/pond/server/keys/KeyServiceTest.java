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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.KeyList;
import pond.common.api.KeyView;
import pond.common.ids.ProjectId;
import pond.server.TestSchema;
import pond.server.audit.Actor;
import pond.server.audit.AuditEntry;
import pond.server.audit.AuditLog;
import pond.server.auth.Principal;
import pond.server.auth.TokenDigest;
import pond.server.auth.TokenLookup.StoredToken;
import pond.server.db.Database;
import pond.server.db.DatabaseConfig;
import pond.server.db.Migrator;
import pond.server.errors.PondException;

class KeyServiceTest {
    private static final Actor WHO = new Actor("somebody", "request-1");
    private static final ProjectId P = new ProjectId("p");
    private static final Instant START = Instant.parse("2030-01-01T00:00:00.123Z");

    private final ExecutorService completions = Executors.newSingleThreadExecutor();
    private volatile Instant now = START;

    @TempDir
    private Path folder;

    private Database database;
    private AuditLog audit;
    private KeyService keys;

    @BeforeEach
    void open() {
        InstantSource clock = () -> now;
        database = Database.open(
                DatabaseConfig.of("pond", folder.resolve("pond.db")), TestSchema.pond(clock), completions);
        audit = new AuditLog(database, clock);
        keys = new KeyService(database, audit, clock);
    }

    @AfterEach
    void close() {
        database.close();
        completions.shutdown();
    }

    @Test
    void aMintedKeyIsFoundByItsDigestAndStandsForItsProject() {
        KeyView minted = keys.mint(P, "ci", null, WHO).join();

        assertThat(minted.key()).matches("pond_pk_[A-Za-z0-9_-]{43}");
        assertThat(minted.createdAt()).isEqualTo(START);
        assertThat(find(minted)).contains(new StoredToken(digest(minted), new Principal.Project(P, minted.id()), true));
        assertThat(keys.find(TokenDigest.of("pond_pk_other"))).isEmpty();
    }

    @Test
    void thePlaintextIsNowhereInTheState() throws IOException {
        KeyView minted = keys.mint(P, null, null, WHO).join();
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
        KeyView first = keys.mint(P, "a", null, WHO).join();
        now = START.plusSeconds(1);
        KeyView second = keys.mint(P, "b", null, WHO).join();
        KeyView other = keys.mint(new ProjectId("q"), null, null, WHO).join();

        assertThat(keys.list(Optional.of(P))).extracting(KeyView::id).containsExactly(first.id(), second.id());
        assertThat(keys.list(Optional.empty()))
                .extracting(KeyView::id)
                .contains(other.id())
                .hasSize(3);
        assertThat(keys.list(Optional.empty())).extracting(KeyView::key).containsOnlyNulls();
    }

    @Test
    void aRevokedKeyIsFoundButNotUsableFromThatMomentOn() {
        KeyView minted = keys.mint(P, null, null, WHO).join();
        now = START.plusSeconds(5);

        assertThat(keys.revoke(minted.id(), WHO).join().revokedAt()).isEqualTo(START.plusSeconds(5));
        assertThat(find(minted)).map(StoredToken::usable).contains(false);
        now = START.plusSeconds(9);
        assertThat(keys.revoke(minted.id(), WHO).join().revokedAt()).isEqualTo(START.plusSeconds(5));
    }

    @Test
    void aKeyExpiresToTheMillisecond() {
        Instant end = START.plus(Duration.ofHours(1));
        KeyView minted = keys.mint(P, null, end, WHO).join();

        now = end.minusMillis(1);
        assertThat(find(minted)).map(StoredToken::usable).contains(true);
        now = end;
        assertThat(find(minted)).map(StoredToken::usable).contains(false);
    }

    @Test
    void aKeyIsKnownByItsFirstCharacters() {
        KeyView minted = keys.mint(P, null, null, WHO).join();

        assertThat(minted.prefix()).isEqualTo(plaintext(minted).substring(0, 14));
        assertThat(keys.list(Optional.of(P)))
                .singleElement()
                .extracting(KeyView::prefix)
                .isEqualTo(minted.prefix());
    }

    @Test
    void mintingAndRevokingAreInTheAuditTrailOnceEach() {
        KeyView minted = keys.mint(P, null, null, WHO).join();
        keys.revoke(minted.id(), WHO).join();
        keys.revoke(minted.id(), WHO).join();

        List<AuditEntry> entries = audit.list(Long.MAX_VALUE, 10).entries();
        assertThat(entries).extracting(AuditEntry::action).containsExactly("key.revoke", "key.mint");
        assertThat(entries).allSatisfy(entry -> {
            assertThat(entry.actor()).isEqualTo("somebody");
            assertThat(entry.requestId()).isEqualTo("request-1");
            assertThat(entry.subject()).isEqualTo(minted.id() + " of project p");
        });
    }

    @Test
    void theLastUseIsKeptToTheMinute() {
        KeyView minted = keys.mint(P, null, null, WHO).join();
        assertThat(lastUse()).isNull();

        now = START.plusSeconds(1);
        find(minted);
        now = START.plusSeconds(60);
        find(minted);
        assertThat(lastUse()).isEqualTo(START.plusSeconds(1));

        now = START.plusSeconds(61);
        find(minted);
        assertThat(lastUse()).isEqualTo(START.plusSeconds(61));
    }

    @Test
    void aRefusedKeyIsNotUsed() {
        KeyView minted = keys.mint(P, null, null, WHO).join();
        keys.revoke(minted.id(), WHO).join();

        find(minted);

        assertThat(lastUse()).isNull();
    }

    @Test
    void pagesFollowEachOther() {
        for (int i = 0; i < 5; i++) {
            keys.mint(i == 2 ? new ProjectId("q") : P, "k" + i, null, WHO).join();
        }
        List<String> names = new ArrayList<>();
        Optional<UUID> after = Optional.empty();
        do {
            KeyList page = keys.list(Optional.of(P), after, 2);
            page.keys().forEach(key -> names.add(String.valueOf(key.name())));
            after = Optional.ofNullable(page.next()).map(UUID::fromString);
        } while (after.isPresent());

        assertThat(names).containsExactly("k0", "k1", "k3", "k4");
        assertThat(keys.list(Optional.empty(), Optional.empty(), 5).next()).isNull();
        assertThat(keys.list(Optional.empty(), Optional.empty(), 5).keys()).hasSize(5);
    }

    @Test
    void keysOfBeforeHaveNoPrefix() {
        Path old = folder.resolve("old.db");
        InstantSource clock = () -> now;
        Migrator first = new Migrator("db/pond", List.of("0001_create_keys.sql"), clock);
        try (Database before = Database.open(DatabaseConfig.of("pond", old), first, completions)) {
            before.change(tx -> tx.update(
                            "INSERT INTO keys (id, project_id, sha256, created_at) VALUES (?, 'p', ?, ?)",
                            new UUID(0, 7),
                            TokenDigest.of("pond_pk_old"),
                            START))
                    .join();
        }

        try (Database after = Database.open(DatabaseConfig.of("pond", old), TestSchema.pond(clock), completions)) {
            KeyService service = new KeyService(after, new AuditLog(after, clock), clock);
            assertThat(service.find(TokenDigest.of("pond_pk_old")))
                    .map(StoredToken::usable)
                    .contains(true);
            assertThat(service.list(Optional.of(P))).singleElement().satisfies(key -> {
                assertThat(key.id()).isEqualTo(new UUID(0, 7));
                assertThat(key.prefix()).isNull();
            });
        }
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> keys.mint(P, null, START, WHO)).isInstanceOf(PondException.class);
        assertThatThrownBy(() -> keys.mint(P, " ", null, WHO)).isInstanceOf(PondException.class);
        assertThatThrownBy(() -> keys.mint(P, "x".repeat(129), null, WHO)).isInstanceOf(PondException.class);
        assertThatThrownBy(() -> keys.mint(P, "a\0b", null, WHO)).isInstanceOf(PondException.class);
        assertThatThrownBy(() -> keys.mint(P, null, Instant.MAX, WHO)).isInstanceOf(PondException.class);
        assertThatThrownBy(() -> keys.revoke(new UUID(1, 2), WHO).join())
                .hasCauseInstanceOf(PondException.class)
                .hasMessageContaining("there is no such key");
    }

    /** After all that is queued has been written. */
    private @Nullable Instant lastUse() {
        database.change(tx -> {}).join();
        return keys.list(Optional.of(P)).get(0).lastUsedAt();
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
