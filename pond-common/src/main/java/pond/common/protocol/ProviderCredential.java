package pond.common.protocol;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A provider's credential in the clear: between the server and one worker it travels as a {@link SealedCredential} only.
 * {@code toString} leaves its values out.
 *
 * @param provider by name
 * @param env what is no secret, such as the provider's base URL
 * @param secrets values by name
 */
public record ProviderCredential(String provider, Map<String, String> env, Map<String, String> secrets) {
    public ProviderCredential {
        env = Collections.unmodifiableMap(new TreeMap<>(env));
        secrets = Collections.unmodifiableMap(new TreeMap<>(secrets));
    }

    @Override
    public String toString() {
        return "ProviderCredential[provider=" + provider + ", env=" + env.keySet() + ", and " + secrets.size()
                + " values that are not shown]";
    }
}
