package pond.server.auth0;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The keys of a tenant that RS256 can be checked with, by their ids. Immutable. */
record KeySet(Map<String, RSAPublicKey> keys) {
    private static final int MIN_BITS = 2_048;
    /** Checking with a larger one takes milliseconds, for every request. */
    private static final int MAX_BITS = 8_192;

    KeySet {
        keys = Map.copyOf(keys);
    }

    /**
     * Reads a JSON Web Key Set. Keys of other kinds, for other uses, without an id, or of a size that is not good are left
     * out; of two with one id the first counts.
     *
     * @throws IOException when it is no key set, or none of its keys is left
     */
    static KeySet read(byte[] json) throws IOException {
        try {
            Map<String, RSAPublicKey> found = new HashMap<>();
            for (JWK key :
                    JWKSet.parse(new String(json, StandardCharsets.UTF_8)).getKeys()) {
                if (isForSigning(key)) {
                    found.putIfAbsent(key.getKeyID(), key.toRSAKey().toRSAPublicKey());
                }
            }
            if (found.isEmpty()) {
                throw new IOException("its key set has no key for RS256");
            }
            return new KeySet(found);
        } catch (ParseException | JOSEException | IllegalArgumentException e) {
            throw new IOException("its answer is no key set", e);
        }
    }

    Optional<RSAPublicKey> find(String kid) {
        return Optional.ofNullable(keys.get(kid));
    }

    private static boolean isForSigning(JWK key) throws JOSEException {
        return "RSA".equals(key.getKeyType().getValue())
                && key.getKeyID() != null
                && isUnsetOr(KeyUse.SIGNATURE, key.getKeyUse())
                && isUnsetOr(JWSAlgorithm.RS256, key.getAlgorithm())
                && key.size() >= MIN_BITS
                && key.size() <= MAX_BITS;
    }

    private static boolean isUnsetOr(Object wanted, @Nullable Object given) {
        return given == null || wanted.equals(given);
    }
}
