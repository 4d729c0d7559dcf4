package pond.worker.broker;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import pond.worker.broker.http.Headers;
import pond.worker.broker.provider.Provider;

/** Where a job's calls go and the key that they carry there. The key is never printed and never leaves this room but upstream. */
final class Credential {
    private static final int MIN_HIDDEN = 4;

    private final URI base;
    private final Optional<Headers.Field> keyHeader;
    private final String key;

    private Credential(URI base, Optional<Headers.Field> keyHeader, String key) {
        this.base = base;
        this.keyHeader = keyHeader;
        this.key = key;
    }

    static Credential of(Provider provider, BrokerJob job) throws BrokerRefused {
        URI base = base(provider, job);
        if (job.secrets().isEmpty() && provider.kind() == pond.common.swarm.Provider.OPENAI_COMPATIBLE) {
            return new Credential(base, Optional.empty(), "");
        }
        String key = provider.kind()
                .key(job.secrets().keySet())
                .map(job.secrets()::get)
                .orElseThrow(() -> new BrokerRefused("the credential for provider '" + provider.name()
                        + "' has no secret named " + provider.kind().keyName()));
        if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw new BrokerRefused("the key of provider '" + provider.name() + "' is empty or no printable ASCII");
        }
        return new Credential(base, Optional.of(provider.keyHeader(key)), key);
    }

    URI base() {
        return base;
    }

    /** Empty for a server that wants none. */
    Optional<Headers.Field> keyHeader() {
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
        String given = Optional.ofNullable(job.env().get(provider.kind().baseUrlName()))
                .or(provider.kind()::baseUrl)
                .orElseThrow(() -> new BrokerRefused("the credential for provider '" + provider.name()
                        + "' says nowhere in its env where to call: "
                        + provider.kind().baseUrlName()));
        try {
            URI base = new URI(given);
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
}
