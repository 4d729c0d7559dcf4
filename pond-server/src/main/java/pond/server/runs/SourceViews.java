package pond.server.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import pond.common.definition.SourceSpec;
import pond.common.json.Json;

/** Sources as readers of a run see them: secrets as three stars, inline files as digests. */
final class SourceViews {
    private static final List<String> SECRETS = List.of("token", "username", "password");

    private SourceViews() {}

    static ArrayNode of(List<SourceSpec> sources) {
        ArrayNode views = JsonNodeFactory.instance.arrayNode();
        for (SourceSpec source : sources) {
            ObjectNode config = Json.lenient().valueToTree(source.config());
            config.remove("kind");
            SECRETS.stream().filter(config::has).forEach(name -> config.put(name, "***"));
            // A signed address is a secret as well, and the signature is in its query.
            if (config.path("url").asText().contains("?")) {
                config.put("url", config.path("url").asText().replaceFirst("\\?.*", "?***"));
            }
            if (source.config() instanceof SourceSpec.Inline inline) {
                config.set("files", digests(inline.files()));
            }
            views.addObject()
                    .put("label", source.label())
                    .put("kind", source.config().kind())
                    .set("config", config);
        }
        return views;
    }

    /** Adds what each source was resolved to, a commit or a digest. */
    static JsonNode resolved(JsonNode views, Map<String, String> byLabel) {
        views.forEach(view -> {
            String resolved = byLabel.get(view.path("label").asText());
            if (resolved != null) {
                ((ObjectNode) view).put("resolved", resolved);
            }
        });
        return views;
    }

    /** What {@link #resolved} has added, by label. */
    static Map<String, String> revisions(JsonNode views) {
        Map<String, String> revisions = new HashMap<>();
        views.forEach(view -> {
            if (view.has("resolved")) {
                revisions.put(view.path("label").asText(), view.path("resolved").asText());
            }
        });
        return revisions;
    }

    private static ObjectNode digests(Map<String, String> files) {
        ObjectNode digests = JsonNodeFactory.instance.objectNode();
        files.forEach((path, text) -> digests.put(path, "sha256:" + sha256(text)));
        return digests;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
