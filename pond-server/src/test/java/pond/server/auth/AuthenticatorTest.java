package pond.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.ids.ProjectId;
import pond.server.auth.TokenLookup.StoredToken;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;

class AuthenticatorTest {
    private static final Principal PROJECT = new Principal.Project(new ProjectId("p"), new UUID(0, 1));

    private final List<String> lookups = new ArrayList<>();
    private final Authenticator authenticator = new Authenticator(Optional.of("service"), this::find);

    private Optional<StoredToken> find(String sha256) {
        lookups.add(sha256);
        if (sha256.equals(TokenDigest.of("good"))) {
            return Optional.of(new StoredToken(sha256, PROJECT, true));
        }
        if (sha256.equals(TokenDigest.of("revoked"))) {
            return Optional.of(new StoredToken(sha256, PROJECT, false));
        }
        // A look-up that finds the wrong row must not let anyone in.
        return sha256.equals(TokenDigest.of("mixed-up"))
                ? Optional.of(new StoredToken(TokenDigest.of("good"), PROJECT, true))
                : Optional.empty();
    }

    @Test
    void theServiceTokenIsTheServiceAndAKeyItsProject() {
        assertThat(authenticator.authenticate(List.of("Bearer service"))).isEqualTo(new Principal.Service());
        assertThat(authenticator.authenticate(List.of("bEaReR good"))).isEqualTo(PROJECT);
    }

    @Test
    void everyBadTokenGetsTheSameRefusalAfterTheSameWork() {
        List<String> refusals = new ArrayList<>();
        for (String token : List.of("unknown", "revoked", "mixed-up", "SERVICE", "x".repeat(512))) {
            lookups.clear();
            refusals.add(refusal(List.of("Bearer " + token), ErrorCode.FORBIDDEN));
            assertThat(lookups).containsExactly(TokenDigest.of(token));
        }

        assertThat(refusals).containsOnly(refusals.get(0));
    }

    @Test
    void withoutAServiceTokenNothingIsTheService() {
        Authenticator off = new Authenticator(Optional.empty(), this::find);

        assertThatThrownBy(() -> off.authenticate(List.of("Bearer " + "0".repeat(64))))
                .isInstanceOf(PondException.class);
        assertThat(off.authenticate(List.of("Bearer good"))).isEqualTo(PROJECT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "Bearer  good",
                "Bearer good ",
                " Bearer good",
                "Bearer good good",
                "good",
                "Basic good",
                "Bearer\tgood",
                "Bearer gööd",
                "Bearer good, Bearer good",
                "Bearergood"
            })
    void aGarbledHeaderIsNoTokenAtAll(String header) {
        refusal(List.of(header), ErrorCode.UNAUTHENTICATED);

        assertThat(lookups).isEmpty();
    }

    @Test
    void noHeaderTwoHeadersAndAnEndlessTokenAreGarbledToo() {
        refusal(List.of(), ErrorCode.UNAUTHENTICATED);
        refusal(List.of("Bearer good", "Bearer good"), ErrorCode.UNAUTHENTICATED);
        refusal(List.of("Bearer " + "x".repeat(513)), ErrorCode.UNAUTHENTICATED);
    }

    @Test
    void aSignedTokenIsForTheTenantAndNeverLookedUp() {
        Principal.Admin admin = new Principal.Admin("auth0|1");
        String token = "head." + "x".repeat(4_000) + ".signature";
        Authenticator withTenant = new Authenticator(
                Optional.of("ser.vi.ce"),
                this::find,
                Map.of(),
                Optional.<AdminTokens>of(shown -> shown.equals(token) ? Optional.of(admin) : Optional.empty()));

        assertThat(withTenant.authenticate(List.of("Bearer " + token))).isEqualTo(admin);
        for (String other : List.of("a.b.c", "a.b.", "a.b.c.d.e", "head.body.signature")) {
            assertThatThrownBy(() -> withTenant.authenticate(List.of("Bearer " + other)))
                    .asInstanceOf(type(PondException.class))
                    .extracting(PondException::code)
                    .isEqualTo(ErrorCode.FORBIDDEN);
            refusal(List.of("Bearer " + other), ErrorCode.FORBIDDEN);
        }
        assertThat(withTenant.authenticate(List.of("Bearer ser.vi.ce"))).isEqualTo(new Principal.Service());
        assertThat(lookups).isEmpty();
    }

    @Test
    void aSignedTokenMayBeLongButNotEndless() {
        refusal(List.of("Bearer a.b." + "x".repeat(8_188)), ErrorCode.FORBIDDEN);
        refusal(List.of("Bearer a.b." + "x".repeat(8_189)), ErrorCode.UNAUTHENTICATED);
    }

    private String refusal(List<String> headers, ErrorCode code) {
        List<String> messages = new ArrayList<>();
        assertThatThrownBy(() -> authenticator.authenticate(headers))
                .asInstanceOf(type(PondException.class))
                .satisfies(refusal -> {
                    assertThat(refusal.code()).isEqualTo(code);
                    messages.add(String.valueOf(refusal.getMessage()));
                });
        return messages.get(0);
    }
}
