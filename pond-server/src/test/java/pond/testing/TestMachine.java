package pond.testing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;
import pond.common.protocol.Attestation;
import pond.common.protocol.AttestedEnd;
import pond.common.protocol.Enroll;
import pond.common.protocol.EnrollProof;
import pond.common.protocol.KeyFingerprint;
import pond.common.protocol.RawKeys;
import pond.common.protocol.SecretDigest;
import pond.common.protocol.WorkerHttp;
import pond.common.protocol.WorkerProtocol;

/** A machine with keys and a bearer of its own, ready to enrol. */
public final class TestMachine {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** How many bytes come before the ciphertext. */
    private static final int ENCAPSULATED = 32;

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

    /** Opens what was sealed to this machine's key, by another implementation of HPKE than the server's. */
    public String open(String sealed, byte[] context) throws InvalidCipherTextException {
        HPKE hpke = new HPKE(HPKE.mode_base, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM256);
        byte[] bytes = Base64.getUrlDecoder().decode(sealed);
        byte[] encapsulated = Arrays.copyOf(bytes, ENCAPSULATED);
        byte[] ciphertext = Arrays.copyOfRange(bytes, ENCAPSULATED, bytes.length);
        AsymmetricCipherKeyPair pair = hpke.deserializePrivateKey(
                RawKeys.of((XECPrivateKey) sealing.getPrivate()), RawKeys.of((XECPublicKey) sealing.getPublic()));
        return new String(
                hpke.setupBaseR(encapsulated, pair, context).open(new byte[0], ciphertext), StandardCharsets.UTF_8);
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
