package pond.server.auth0;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import pond.server.auth.Principal;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.testing.TestClock;
import pond.testing.TestTenant;

/** A tenant, and what checks its tokens, by a clock that the test sets. */
final class TestAdmins implements AutoCloseable {
    final TestClock clock = new TestClock();
    final TestTenant tenant = new TestTenant();
    final Auth0Admins admins;

    /** @param deadline for the tenant's answers */
    TestAdmins(Duration deadline) {
        Auth0Settings settings = new Auth0Settings(
                tenant.issuer(),
                tenant.keySetAddress(),
                Optional.of(TestTenant.AUDIENCE),
                Set.of(TestTenant.ADMIN, "auth0|other"));
        admins = new Auth0Admins(settings, new KeySetSource(tenant.keySetAddress(), deadline), clock);
    }

    ObjectNode claims() {
        return tenant.claims(clock.instant());
    }

    String goodToken() {
        return tenant.token(claims());
    }

    Optional<Principal.Admin> verify(String token) {
        return admins.verify(token);
    }

    void cannotTell(String token) {
        assertThatThrownBy(() -> admins.verify(token))
                .asInstanceOf(type(PondException.class))
                .extracting(PondException::code)
                .isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Override
    public void close() {
        admins.close();
        tenant.close();
    }
}
