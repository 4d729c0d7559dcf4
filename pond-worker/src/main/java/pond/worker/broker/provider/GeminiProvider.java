package pond.worker.broker.provider;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import pond.common.json.Json;
import pond.worker.broker.http.Headers;
import pond.worker.broker.http.RequestHead;
import pond.worker.broker.meter.Format;

/** Gemini: generateContent, streamed or not. The model stands in the path, and the key may stand in the query. */
final class GeminiProvider implements Provider {
    private static final Pattern CALL = Pattern.compile(
            "/v1(?:beta)?/models/([A-Za-z0-9._-]{1,128}):(generateContent|streamGenerateContent|countTokens)");

    @Override
    public pond.common.swarm.Provider kind() {
        return pond.common.swarm.Provider.GEMINI;
    }

    @Override
    public Optional<Endpoint> endpoint(String method, String path) {
        Matcher call = CALL.matcher(path);
        if (method.equals("POST") && call.matches()) {
            return Optional.of(
                    call.group(2).equals("countTokens")
                            ? Endpoint.free()
                            : Endpoint.metered(Format.GEMINI, call.group(1)));
        }
        return switch (method + " " + path) {
            case "GET /v1/models", "GET /v1beta/models" -> Optional.of(Endpoint.free());
            case "HEAD /" -> Optional.of(Endpoint.here());
            default -> Optional.empty();
        };
    }

    @Override
    public List<String> presentedKeys(RequestHead head) {
        List<String> keys = new ArrayList<>(head.headers().all("x-goog-api-key"));
        for (String part : head.query().orElse("").split("&", -1)) {
            if (part.startsWith("key=")) {
                keys.add(part.substring(4));
            }
        }
        return keys;
    }

    @Override
    public Headers.Field keyHeader(String key) {
        return new Headers.Field("x-goog-api-key", key);
    }

    @Override
    public String error(int status, String message) {
        String kind = switch (status) {
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 402, 429 -> "RESOURCE_EXHAUSTED";
            case 503 -> "UNAVAILABLE";
            case 504 -> "DEADLINE_EXCEEDED";
            default -> status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
        };
        JsonNodeFactory json = JsonNodeFactory.instance;
        return Json.write(json.objectNode()
                .set(
                        "error",
                        json.objectNode()
                                .put("code", status)
                                .put("message", message)
                                .put("status", kind)));
    }
}
