package pond.worker.broker;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pond.worker.broker.http.Headers;
import pond.worker.broker.provider.Provider;

/** Where a job's calls go and the key that they carry there. The key is never printed and never leaves this room but upstream. */
final class Credential {
    private static final int MIN_HIDDEN = 4;

    private final URI base;
    private final Headers.Field keyHeader;
    private final String key;

    private Credential(URI base, Headers.Field keyHeader, String key) {
        this.base = base;
        this.keyHeader = keyHeader;
        this.key = key;
    }

    static Credential of(Provider provider, BrokerJob job) throws BrokerRefused {
        URI base = base(provider, job);
        String key = first(provider.keyNames(), job.secrets())
                .or(() -> job.secrets().size() == 1
                        ? job.secrets().values().stream().findFirst()
                        : Optional.empty())
                .orElseThrow(() -> new BrokerRefused("the credential for provider '" + provider.name()
                        + "' has no secret named " + String.join(" or ", provider.keyNames())));
        if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw new BrokerRefused("the key of provider '" + provider.name() + "' is empty or no printable ASCII");
        }
        return new Credential(base, provider.keyHeader(key), key);
    }

    URI base() {
        return base;
    }

    Headers.Field keyHeader() {
        return keyHeader;
    }

    /** Whether the key stands in this text. */
    boolean isIn(String text) {
        return key.length() >= MIN_HIDDEN && text.contains(key);
    }

    /** The same bytes without the key. */
    byte[] hiddenIn(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        return isIn(text) ? text.replace(key, "[hidden]").getBytes(StandardCharsets.ISO_8859_1) : body;
    }

    @Override
    public String toString() {
        return "Credential[hidden]";
    }

    private static URI base(Provider provider, BrokerJob job) throws BrokerRefused {
        Optional<String> given = first(provider.baseNames(), job.env());
        if (given.isEmpty()) {
            return provider.defaultBase()
                    .orElseThrow(() -> new BrokerRefused("the credential for provider '" + provider.name()
                            + "' says nowhere in its env where to call: "
                            + provider.baseNames().get(0)));
        }
        try {
            URI base = new URI(given.get());
            boolean web = "https".equalsIgnoreCase(base.getScheme()) || "http".equalsIgnoreCase(base.getScheme());
            if (web
                    && base.getHost() != null
                    && base.getRawUserInfo() == null
                    && base.getRawQuery() == null
                    && base.getRawFragment() == null) {
                return base;
            }
        } catch (URISyntaxException e) {
            // The text may hold a secret by mistake, so the exception, which repeats it, is not passed on.
            throw new BrokerRefused("the base address of provider '" + provider.name() + "' is no URL");
        }
        throw new BrokerRefused("the base address of provider '" + provider.name()
                + "' is not an http or https URL without user, query and fragment");
    }

    private static Optional<String> first(List<String> names, Map<String, String> values) {
        return names.stream().filter(values::containsKey).map(values::get).findFirst();
    }
}
