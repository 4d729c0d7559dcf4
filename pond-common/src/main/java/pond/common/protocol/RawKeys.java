package pond.common.protocol;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;

/**
 * X25519 and Ed25519 keys as the 32 bytes of RFC 7748 and RFC 8032, little endian. The JDK has numbers and DER only.
 * Every method throws {@link GeneralSecurityException} for bytes that are no key.
 */
public final class RawKeys {
    private static final int SIZE = 32;
    private static final int SIGN_BIT = 0x80;

    private RawKeys() {}

    public static KeyPair generate(NamedParameterSpec kind) throws GeneralSecurityException {
        return KeyPairGenerator.getInstance(kind.getName()).generateKeyPair();
    }

    public static byte[] of(XECPublicKey key) {
        return littleEndian(key.getU());
    }

    /** The y coordinate, with the lowest bit of x in the highest bit of the last byte. */
    public static byte[] of(EdECPublicKey key) {
        byte[] bytes = littleEndian(key.getPoint().getY());
        if (key.getPoint().isXOdd()) {
            bytes[SIZE - 1] |= (byte) SIGN_BIT;
        }
        return bytes;
    }

    public static byte[] of(XECPrivateKey key) {
        return key.getScalar().orElseThrow(() -> new IllegalStateException("a key of the JDK's own shows its bytes"));
    }

    public static byte[] of(EdECPrivateKey key) {
        return key.getBytes().orElseThrow(() -> new IllegalStateException("a key of the JDK's own shows its bytes"));
    }

    public static PublicKey x25519Public(byte[] raw) throws GeneralSecurityException {
        byte[] bytes = checked(raw);
        // RFC 7748 has the receiver ignore the highest bit.
        bytes[SIZE - 1] &= (byte) ~SIGN_BIT;
        return KeyFactory.getInstance("X25519")
                .generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, number(bytes)));
    }

    public static PublicKey ed25519Public(byte[] raw) throws GeneralSecurityException {
        byte[] bytes = checked(raw);
        boolean odd = (bytes[SIZE - 1] & SIGN_BIT) != 0;
        bytes[SIZE - 1] &= (byte) ~SIGN_BIT;
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, new EdECPoint(odd, number(bytes))));
    }

    public static PrivateKey x25519Private(byte[] raw) throws GeneralSecurityException {
        return KeyFactory.getInstance("X25519")
                .generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, checked(raw)));
    }

    public static PrivateKey ed25519Private(byte[] raw) throws GeneralSecurityException {
        return KeyFactory.getInstance("Ed25519")
                .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, checked(raw)));
    }

    private static byte[] checked(byte[] raw) throws GeneralSecurityException {
        if (raw.length != SIZE) {
            throw new GeneralSecurityException("a key has " + SIZE + " bytes, not " + raw.length);
        }
        return raw.clone();
    }

    private static byte[] littleEndian(BigInteger number) {
        byte[] big = number.toByteArray();
        byte[] little = new byte[SIZE];
        for (int i = 0; i < Math.min(big.length, SIZE); i++) {
            little[i] = big[big.length - 1 - i];
        }
        return little;
    }

    private static BigInteger number(byte[] little) {
        byte[] big = new byte[SIZE];
        for (int i = 0; i < SIZE; i++) {
            big[i] = little[SIZE - 1 - i];
        }
        return new BigInteger(1, big);
    }
}
