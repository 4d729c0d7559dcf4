package pond.server.auth0;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import pond.common.json.Json;
import pond.server.auth.Principal;
import pond.testing.TestTenant;

/** Which tokens are good, and which are not although they look like it. */
class Auth0AdminsTest {
    private static final Principal.Admin ADMIN = new Principal.Admin(TestTenant.ADMIN);

    private static TestAdmins test;

    @BeforeAll
    static void start() {
        test = new TestAdmins(KeySetSource.DEADLINE);
    }

    @AfterAll
    static void stop() {
        test.close();
    }

    @Test
    void aGoodTokenIsAnAdmin() {
        assertThat(test.verify(test.goodToken())).contains(ADMIN);
        assertThat(test.verify(test.tenant.token(test.claims().put("sub", "auth0|other"))))
                .contains(new Principal.Admin("auth0|other"));
    }

    @Test
    void theAudienceMayBeOneOfSeveral() {
        ObjectNode claims = test.claims();
        claims.putArray("aud").add("https://acme.eu.auth0.com/userinfo").add(TestTenant.AUDIENCE);

        assertThat(test.verify(test.tenant.token(claims))).contains(ADMIN);
    }

    @Test
    void theTypeIsThatOfAnAccessTokenOrAbsent() {
        assertThat(test.verify(token(header().put("typ", "at+jwt"), test.claims())))
                .contains(ADMIN);
        ObjectNode none = header();
        none.remove("typ");
        assertThat(test.verify(token(none, test.claims()))).contains(ADMIN);
        refuse(token(header().put("typ", "logout+jwt"), test.claims()));
    }

    @Test
    void timesHaveSomeLeeway() {
        long now = test.clock.instant().getEpochSecond();
        long leeway = ClaimRules.LEEWAY.toSeconds();

        assertThat(test.verify(test.tenant.token(test.claims().put("exp", now - leeway + 2))))
                .contains(ADMIN);
        refuse(test.tenant.token(test.claims().put("exp", now - leeway)));
        assertThat(test.verify(test.tenant.token(test.claims().put("nbf", now + leeway))))
                .contains(ADMIN);
        refuse(test.tenant.token(test.claims().put("nbf", now + leeway + 2)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"iss", "aud", "exp", "sub"})
    void nothingThatIsCheckedMayBeMissing(String claim) {
        ObjectNode claims = test.claims();
        claims.remove(claim);

        refuse(test.tenant.token(claims));
    }

    @Test
    void whatItSaysMustBeRight() {
        refuse(test.tenant.token(test.claims().put("iss", test.tenant.issuer() + "/")));
        refuse(test.tenant.token(test.claims().put("iss", "https://other.eu.auth0.com/")));
        refuse(test.tenant.token(test.claims().put("aud", "https://other.test")));
        refuse(test.tenant.token(test.claims().put("aud", TestTenant.AUDIENCE + "/")));
        refuse(test.tenant.token(test.claims().put("sub", "auth0|stranger")));
        refuse(test.tenant.token(test.claims().put("sub", "")));
        refuse(test.tenant.token(test.claims().put("sub", 7)));
        refuse(test.tenant.token(test.claims().put("exp", "tomorrow")));
        refuse(test.tenant.token(test.claims().put("nbf", "yesterday")));
    }

    @Test
    void noSignatureIsNoSignature() {
        String claims = TestTenant.part(test.claims());
        for (String alg : List.of("none", "None", "NONE", "")) {
            refuse(TestTenant.part(header().put("alg", alg)) + "." + claims + ".");
        }
        ObjectNode noAlgorithm = header();
        noAlgorithm.remove("alg");
        refuse(token(noAlgorithm, test.claims()));
        refuse(TestTenant.part(header()) + "." + claims + ".");
    }

    @Test
    void thePublicKeyIsNoSecret() throws GeneralSecurityException {
        byte[] der = test.tenant.key("first").getPublic().getEncoded();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END PUBLIC KEY-----\n";
        for (byte[] secret : List.of(der, pem.getBytes(StandardCharsets.US_ASCII))) {
            String content = TestTenant.part(header().put("alg", "HS256")) + "." + TestTenant.part(test.claims());
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));

            refuse(content + "." + TestTenant.base64(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII))));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rs256", "RS384", "RS512", "PS256", "ES256", "HS256"})
    void everyOtherAlgorithmIsRefused(String alg) {
        refuse(token(header().put("alg", alg), test.claims()));
    }

    @Test
    void aTokenBringsNoKeyOfItsOwn() {
        try (TestTenant attacker = new TestTenant()) {
            KeyPair own = attacker.add("own", 2_048);
            ObjectNode withKey = header();
            withKey.replace("jwk", Json.readTree(TestTenant.webKey("first", own)));

            refuse(TestTenant.token(withKey, test.claims(), own));
            refuse(TestTenant.token(header().put("jku", attacker.keySetAddress().toString()), test.claims(), own));
            refuse(TestTenant.token(header(), test.claims(), own));
            assertThat(attacker.asked).hasValue(0);
        }
    }

    @Test
    void aChangedTokenIsRefused() {
        String[] parts = test.goodToken().split("\\.", -1);
        String other = TestTenant.part(test.claims().put("sub", "auth0|other"));

        refuse(parts[0] + "." + other + "." + parts[2]);
        refuse(TestTenant.part(header().put("x", 1)) + "." + parts[1] + "." + parts[2]);
        refuse(parts[0] + "." + parts[1] + "." + parts[2].substring(0, parts[2].length() - 4));
        refuse(parts[0] + "." + parts[1] + "." + new StringBuilder(parts[2]).reverse());
    }

    @Test
    void aHeaderThatAsksForMoreIsRefused() {
        ObjectNode critical = header().put("b64", false);
        critical.putArray("crit").add("b64");
        refuse(token(critical, test.claims()));
        ObjectNode noKid = header();
        noKid.remove("kid");
        refuse(token(noKid, test.claims()));
        refuse(token(header().put("kid", "unknown"), test.claims()));
    }

    @Test
    void garbageIsRefusedAndNeverAFault() {
        Random random = new Random(20_260_102);
        String good = test.goodToken();
        for (int i = 0; i < 3_000; i++) {
            StringBuilder changed = new StringBuilder(good);
            for (int j = random.nextInt(4); j >= 0; j--) {
                int at = random.nextInt(changed.length());
                switch (random.nextInt(3)) {
                    case 0 -> changed.setCharAt(at, (char) ('!' + random.nextInt(94)));
                    case 1 -> changed.deleteCharAt(at);
                    default -> changed.insert(at, '.');
                }
            }
            // The last character of base64 has bits that say nothing, so a change of it may be none.
            String token = changed.toString();
            if (!token.substring(0, token.length() - 1).equals(good.substring(0, good.length() - 1))) {
                refuse(token);
            }
        }
        for (String token :
                List.of("..", "e30.e30.e30", "a.b.c", ".".repeat(8_000), "W10.W10.W10", "bnVsbA.bnVsbA.a")) {
            refuse(token);
        }
        refuse(TestTenant.base64("{\"alg\":".repeat(900).getBytes(StandardCharsets.US_ASCII)) + ".e30.e30");
        assertThat(test.verify(good)).contains(ADMIN);
    }

    @Test
    void noTokenIsInTheLog() {
        Logger logger = (Logger) LoggerFactory.getLogger("pond");
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        Level before = logger.getLevel();
        events.start();
        logger.addAppender(events);
        logger.setLevel(Level.TRACE);
        String stranger = test.tenant.token(test.claims().put("sub", "auth0|stranger"));
        String unreadable = stranger.replaceFirst("^[^.]+", "W10");
        try {
            refuse(stranger);
            refuse(unreadable);
            refuse(stranger + "!");
        } finally {
            logger.setLevel(before);
            logger.detachAppender(events);
        }

        assertThat(events.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anySatisfy(message -> assertThat(message).contains("its subject is no admin"))
                .noneSatisfy(message -> assertThat(message).containsAnyOf(stranger.split("\\.")));
        assertThat(events.list).extracting(ILoggingEvent::getThrowableProxy).containsOnlyNulls();
    }

    private static ObjectNode header() {
        return TestTenant.header("first");
    }

    private static String token(ObjectNode header, ObjectNode claims) {
        return TestTenant.token(header, claims, test.tenant.key("first"));
    }

    private static void refuse(String token) {
        assertThat(test.verify(token)).as(token).isEqualTo(Optional.empty());
    }
}
