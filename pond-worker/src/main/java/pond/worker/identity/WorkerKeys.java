package pond.worker.identity;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Base64;
import javax.crypto.KeyAgreement;
import pond.common.ids.JobId;
import pond.common.protocol.EnrollProof;
import pond.common.protocol.KeyFingerprint;
import pond.common.protocol.ProviderCredential;
import pond.common.protocol.RawKeys;
import pond.common.protocol.SealedCredential;

/**
 * A worker's two key pairs, each key 32 bytes in url-safe base64 without padding. {@code toString} shows the fingerprint
 * only.
 *
 * @param sealing X25519, for secrets that only this worker may open
 * @param signing Ed25519, for what this worker attests
 */
public record WorkerKeys(Pair sealing, Pair signing) {
    private static final byte[] PROBE = {1, 2, 3};

    /** A key pair as text; {@code toString} leaves the private one out. */
    public record Pair(String publicKey, String privateKey) {
        @Override
        public String toString() {
            return publicKey;
        }
    }

    /** New ones, from the JDK's random numbers. */
    public static WorkerKeys generate() {
        try {
            KeyPair sealing = RawKeys.generate(NamedParameterSpec.X25519);
            KeyPair signing = RawKeys.generate(NamedParameterSpec.ED25519);
            return new WorkerKeys(
                    pair(RawKeys.of((XECPublicKey) sealing.getPublic()), RawKeys.of((XECPrivateKey)
                            sealing.getPrivate())),
                    pair(RawKeys.of((EdECPublicKey) signing.getPublic()), RawKeys.of((EdECPrivateKey)
                            signing.getPrivate())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK from 17 on has X25519 and Ed25519", e);
        }
    }

    /** For people to compare. */
    public String fingerprint() {
        return KeyFingerprint.of(sealing.publicKey(), signing.publicKey());
    }

    /** Proves to a server that an enrolment is that of the holder of these keys; see {@link EnrollProof}. */
    String prove(String code, String bearerSha256) {
        try {
            return EnrollProof.sign(
                    RawKeys.ed25519Private(bytes(signing.privateKey())),
                    code,
                    bearerSha256,
                    sealing.publicKey(),
                    signing.publicKey());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the signing key was looked at when it was made or read", e);
        }
    }

    /** An Ed25519 signature under these bytes, in url-safe base64 without padding. */
    public String sign(byte[] bytes) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(RawKeys.ed25519Private(bytes(signing.privateKey())));
            signature.update(bytes);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the signing key was looked at when it was made or read", e);
        }
    }

    /**
     * Opens what a server has sealed to these keys for one job.
     *
     * @throws GeneralSecurityException when it cannot be opened or holds no credential; the message is for people, and
     *     neither it nor its cause holds anything of what was sealed
     */
    public ProviderCredential open(SealedCredential sealed, JobId job) throws GeneralSecurityException {
        return new CredentialOpener(bytes(sealing.publicKey()), bytes(sealing.privateKey())).open(sealed, job);
    }

    /**
     * Whether the halves belong together; {@link GeneralSecurityException} or {@link IllegalArgumentException} when they
     * are not even keys.
     */
    boolean fit() throws GeneralSecurityException {
        PublicKey verifies = RawKeys.ed25519Public(bytes(signing.publicKey()));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(RawKeys.ed25519Private(bytes(signing.privateKey())));
        signature.update(PROBE);
        byte[] signed = signature.sign();
        signature.initVerify(verifies);
        signature.update(PROBE);
        return signature.verify(signed) && sealingFits();
    }

    /** Both sides of an agreement with a passing key come to the same secret. */
    private boolean sealingFits() throws GeneralSecurityException {
        KeyPair other = RawKeys.generate(NamedParameterSpec.X25519);
        byte[] ours = agreed(RawKeys.x25519Private(bytes(sealing.privateKey())), other.getPublic());
        byte[] theirs = agreed(other.getPrivate(), RawKeys.x25519Public(bytes(sealing.publicKey())));
        return MessageDigest.isEqual(ours, theirs);
    }

    private static byte[] agreed(PrivateKey own, PublicKey other) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(own);
        agreement.doPhase(other, true);
        return agreement.generateSecret();
    }

    private static Pair pair(byte[] publicKey, byte[] privateKey) {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        return new Pair(base64.encodeToString(publicKey), base64.encodeToString(privateKey));
    }

    private static byte[] bytes(String key) {
        return Base64.getUrlDecoder().decode(key);
    }

    @Override
    public String toString() {
        return "WorkerKeys[" + fingerprint() + "]";
    }
}
