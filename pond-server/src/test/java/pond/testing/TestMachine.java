package pond.testing;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Base64;
import pond.common.protocol.Attestation;
import pond.common.protocol.AttestedEnd;
import pond.common.protocol.Enroll;
import pond.common.protocol.EnrollProof;
import pond.common.protocol.KeyFingerprint;
import pond.common.protocol.RawKeys;
import pond.common.protocol.SecretDigest;
import pond.common.protocol.WorkerHttp;
import pond.common.protocol.WorkerProtocol;

/** A machine with keys and a bearer of its own, ready to enrol. Scripts compile it with nothing but the server's jar. */
public final class TestMachine {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String name;
    private final KeyPair sealing;
    private final KeyPair signing;
    private String bearer = newBearer();

    public TestMachine(String name) {
        this.name = name;
        try {
            sealing = RawKeys.generate(NamedParameterSpec.X25519);
            signing = RawKeys.generate(NamedParameterSpec.ED25519);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What it says to enrol with this code, which is the code itself. */
    public Enroll enroll(String code) {
        return new Enroll(
                WorkerProtocol.VERSION,
                name,
                "1",
                sealingKey(),
                signingKey(),
                SecretDigest.of(bearer),
                proof(code, SecretDigest.of(bearer)));
    }

    /** This machine's signature for an enrolment with another bearer. */
    public String proof(String code, String bearerSha256) {
        try {
            return EnrollProof.sign(signing.getPrivate(), code, bearerSha256, sealingKey(), signingKey());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What its later calls show. */
    public String bearer() {
        return bearer;
    }

    /** The same machine, which has lost its bearer and made another. */
    public void renewBearer() {
        bearer = newBearer();
    }

    public String fingerprint() {
        return KeyFingerprint.of(sealingKey(), signingKey());
    }

    /** Its signature under how a job ended. */
    public Attestation attest(AttestedEnd end) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(signing.getPrivate());
            signature.update(end.bytes());
            return new Attestation(end.usage(), base64(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its public key for secrets. */
    public String sealingKey() {
        return base64(RawKeys.of((XECPublicKey) sealing.getPublic()));
    }

    /** Both halves of its key for secrets. */
    KeyPair sealing() {
        return sealing;
    }

    private String signingKey() {
        return base64(RawKeys.of((EdECPublicKey) signing.getPublic()));
    }

    private static String newBearer() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return WorkerHttp.BEARER_PREFIX + base64(bytes);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
