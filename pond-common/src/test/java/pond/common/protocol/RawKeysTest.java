package pond.common.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.HexFormat;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.Test;

class RawKeysTest {
    private static final HexFormat HEX = HexFormat.of();

    /** RFC 8032, section 7.1, test 1: the signature of an empty message. */
    @Test
    void ed25519IsThatOfTheRfc() throws GeneralSecurityException {
        byte[] secret = HEX.parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        byte[] open = HEX.parseHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        byte[] expected = HEX.parseHex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb88215"
                + "90a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");

        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(RawKeys.ed25519Private(secret));
        assertThat(signature.sign()).isEqualTo(expected);
        signature.initVerify(RawKeys.ed25519Public(open));
        // The JDK holds every signature for wrong when it was given no message at all.
        signature.update(new byte[0]);
        assertThat(signature.verify(expected)).isTrue();
        assertThat(RawKeys.of((EdECPublicKey) RawKeys.ed25519Public(open))).isEqualTo(open);
    }

    /** RFC 7748, section 6.1: Alice's secret and Bob's public key. */
    @Test
    void x25519IsThatOfTheRfc() throws GeneralSecurityException {
        byte[] alice = HEX.parseHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        byte[] bob = HEX.parseHex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
        byte[] shared = HEX.parseHex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");

        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(RawKeys.x25519Private(alice));
        agreement.doPhase(RawKeys.x25519Public(bob), true);
        assertThat(agreement.generateSecret()).isEqualTo(shared);
        assertThat(RawKeys.of((XECPublicKey) RawKeys.x25519Public(bob))).isEqualTo(bob);
    }

    @Test
    void newKeysAreTheSameAfterTheirBytes() throws GeneralSecurityException {
        for (int i = 0; i < 20; i++) {
            KeyPair signing = RawKeys.generate(NamedParameterSpec.ED25519);
            KeyPair sealing = RawKeys.generate(NamedParameterSpec.X25519);

            assertThat(RawKeys.ed25519Public(RawKeys.of((EdECPublicKey) signing.getPublic())))
                    .isEqualTo(signing.getPublic());
            assertThat(RawKeys.ed25519Private(RawKeys.of((EdECPrivateKey) signing.getPrivate())))
                    .isEqualTo(signing.getPrivate());
            assertThat(RawKeys.x25519Public(RawKeys.of((XECPublicKey) sealing.getPublic())))
                    .isEqualTo(sealing.getPublic());
            assertThat(RawKeys.x25519Private(RawKeys.of((XECPrivateKey) sealing.getPrivate())))
                    .isEqualTo(sealing.getPrivate());
        }
    }

    @Test
    void otherLengthsAreNoKeys() {
        assertThatThrownBy(() -> RawKeys.x25519Public(new byte[31])).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> RawKeys.ed25519Private(new byte[33])).isInstanceOf(GeneralSecurityException.class);
    }
}
