package pond.worker.broker.provider;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Optional;
import pond.common.json.Json;
import pond.worker.broker.http.Headers;
import pond.worker.broker.http.RequestHead;
import pond.worker.broker.meter.Format;

/** OpenAI: the Responses and the Chat Completions format. */
final class OpenAiProvider implements Provider {
    @Override
    public pond.common.swarm.Provider kind() {
        return pond.common.swarm.Provider.OPENAI;
    }

    @Override
    public Optional<Endpoint> endpoint(String method, String path) {
        return openAiEndpoint(method, path);
    }

    @Override
    public List<String> presentedKeys(RequestHead head) {
        return Provider.bearers(head);
    }

    @Override
    public Headers.Field keyHeader(String key) {
        return new Headers.Field("Authorization", "Bearer " + key);
    }

    @Override
    public String error(int status, String message) {
        return openAiError(status, message);
    }

    static Optional<Endpoint> openAiEndpoint(String method, String path) {
        return switch (method + " " + path) {
            case "POST /v1/responses" -> Optional.of(Endpoint.metered(Format.RESPONSES));
            case "POST /v1/chat/completions" -> Optional.of(Endpoint.metered(Format.CHAT));
            case "GET /v1/models" -> Optional.of(Endpoint.free());
            case "HEAD /" -> Optional.of(Endpoint.here());
            default -> Optional.empty();
        };
    }

    static String openAiError(int status, String message) {
        // A type of "server_error" makes some programs try again for minutes, so it is kept for what may pass.
        String type = switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "insufficient_quota";
            case 403 -> "permission_error";
            case 429 -> "rate_limit_exceeded";
            default -> status < 500 ? "invalid_request_error" : "server_error";
        };
        JsonNodeFactory json = JsonNodeFactory.instance;
        return Json.write(json.objectNode()
                .set(
                        "error",
                        json.objectNode()
                                .put("message", message)
                                .put("type", type)
                                .putNull("param")
                                .put("code", type)));
    }
}
