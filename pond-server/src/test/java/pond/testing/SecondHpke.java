package pond.testing;

import java.nio.charset.StandardCharsets;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;
import pond.common.protocol.RawKeys;

/** Another implementation of HPKE than the server's, which opens what that sealed. */
public final class SecondHpke {
    /** How many bytes come before the ciphertext. */
    private static final int ENCAPSULATED = 32;

    private SecondHpke() {}

    /** What was sealed to this machine's key, as text. */
    public static String open(TestMachine machine, String sealed, byte[] context) throws InvalidCipherTextException {
        HPKE hpke = new HPKE(HPKE.mode_base, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM256);
        byte[] bytes = Base64.getUrlDecoder().decode(sealed);
        byte[] encapsulated = Arrays.copyOf(bytes, ENCAPSULATED);
        byte[] ciphertext = Arrays.copyOfRange(bytes, ENCAPSULATED, bytes.length);
        AsymmetricCipherKeyPair pair = hpke.deserializePrivateKey(
                RawKeys.of((XECPrivateKey) machine.sealing().getPrivate()),
                RawKeys.of((XECPublicKey) machine.sealing().getPublic()));
        return new String(
                hpke.setupBaseR(encapsulated, pair, context).open(new byte[0], ciphertext), StandardCharsets.UTF_8);
    }
}
