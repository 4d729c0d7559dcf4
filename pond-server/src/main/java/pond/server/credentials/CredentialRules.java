package pond.server.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import pond.common.ids.ProjectId;
import pond.common.problems.Fields;
import pond.common.swarm.Provider;
import pond.common.swarm.RegistryKey;

/**
 * Reads the body that registers a credential; all that is wrong with it is reported. No message repeats anything from
 * {@code secrets}, its names included: somebody may have put a key where a name belongs.
 */
final class CredentialRules {
    /** What stands for a secret in answers. */
    static final String MASK = "***";

    private static final int MAX_SECRETS = 32;
    private static final int MAX_SECRET_BYTES = 32 * 1024;
    private static final int MAX_ENV = 32;
    private static final int MAX_ENV_BYTES = 8 * 1024;
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    /** What may stand in a header. */
    private static final Pattern KEY = Pattern.compile("[!-~]+");

    private CredentialRules() {}

    static Optional<CredentialBody> read(Fields fields) {
        Optional<String> name = RegistryKey.required(fields, "name");
        Optional<ProjectId> project = project(fields);
        Optional<String> provider = fields.requiredString("provider");
        provider.filter(word -> !Provider.isName(word))
                .ifPresent(word -> fields.report("provider", "must be a word of lower-case letters, digits and '-'"));
        Map<String, String> env = env(fields);
        Map<String, String> secrets = secrets(fields);
        fields.end();
        provider.flatMap(Provider::of).ifPresent(known -> {
            checkBaseUrl(fields, known, env);
            checkKey(fields, known, secrets);
        });
        return name.flatMap(
                known -> provider.map(word -> new CredentialBody(known, project.orElse(null), word, env, secrets)));
    }

    private static Optional<ProjectId> project(Fields fields) {
        return fields.string("projectId").flatMap(text -> {
            Optional<ProjectId> project = ProjectId.parse(text);
            if (project.isEmpty()) {
                fields.report("projectId", "must have 1 to 128 printable characters");
            }
            return project;
        });
    }

    private static Map<String, String> env(Fields fields) {
        Map<String, String> env = fields.stringMap("env", MAX_ENV);
        int bytes = 0;
        for (Map.Entry<String, String> entry : env.entrySet()) {
            if (!NAME.matcher(entry.getKey()).matches()) {
                fields.report("env", "has '" + Fields.shorten(entry.getKey()) + "', which is not a name");
            } else if (entry.getValue().codePoints().anyMatch(Character::isISOControl)) {
                fields.report("env", "has a control character in the value of " + entry.getKey());
            }
            bytes += bytes(entry.getKey()) + bytes(entry.getValue());
        }
        if (bytes > MAX_ENV_BYTES) {
            fields.report("env", "has more than 8 KiB of text");
        }
        return env;
    }

    private static Map<String, String> secrets(Fields fields) {
        Map<String, String> secrets = new LinkedHashMap<>();
        Optional<JsonNode> given = fields.value("secrets");
        if (given.isPresent() && (!given.get().isObject() || given.get().size() > MAX_SECRETS)) {
            fields.report("secrets", "must be an object of at most " + MAX_SECRETS + " names and values");
            return secrets;
        }
        given.ifPresent(object -> object.properties().forEach(entry -> {
            String wrong = wrongWithSecret(entry.getKey(), entry.getValue());
            if (wrong.isEmpty()) {
                secrets.put(entry.getKey(), entry.getValue().textValue());
            } else {
                fields.report("secrets", wrong);
            }
        }));
        return secrets;
    }

    private static String wrongWithSecret(String name, JsonNode value) {
        if (!NAME.matcher(name).matches()) {
            return "has a name that is not letters, digits and '_', at most 128 of them";
        }
        if (!value.isTextual()
                || value.textValue().isEmpty()
                || value.textValue().indexOf('\0') >= 0) {
            return "has a value that is empty, no string, or has a NUL character";
        }
        if (value.textValue().equals(MASK)) {
            return "has the value *** that answers show in place of a secret; send the secret itself";
        }
        return bytes(value.textValue()) > MAX_SECRET_BYTES ? "has a value of more than 32 KiB" : "";
    }

    private static void checkBaseUrl(Fields fields, Provider provider, Map<String, String> env) {
        String url = env.get(provider.baseUrlName());
        if (url == null) {
            if (provider.baseUrl().isEmpty()) {
                fields.report("env", "must say where the provider is, as " + provider.baseUrlName());
            }
        } else if (!isBaseUrl(url)) {
            fields.report(
                    "env",
                    "must have an http or https URL with a host as " + provider.baseUrlName()
                            + ", without user, query or fragment");
        }
    }

    private static boolean isBaseUrl(String text) {
        try {
            URI url = new URI(text);
            return ("https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme()))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** A key that is not there, or that no header can carry, would show only when a stage has failed. */
    private static void checkKey(Fields fields, Provider provider, Map<String, String> secrets) {
        if (fields.value("secrets").map(JsonNode::size).orElse(0) != secrets.size()) {
            return; // One of them is wrong, and it may be the key: that has been said.
        }
        Optional<String> key = provider.key(secrets.keySet());
        boolean needed = provider != Provider.OPENAI_COMPATIBLE || !secrets.isEmpty();
        if (key.isEmpty() && needed) {
            fields.report("secrets", "must have the provider's key, as " + provider.keyName());
        }
        key.map(secrets::get)
                .filter(value -> !KEY.matcher(value).matches())
                .ifPresent(value -> fields.report(
                        "secrets", "has a key with blanks, line ends or other characters that no header can carry"));
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
