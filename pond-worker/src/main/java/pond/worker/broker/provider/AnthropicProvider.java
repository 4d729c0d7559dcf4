package pond.worker.broker.provider;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import pond.common.json.Json;
import pond.worker.broker.http.Headers;
import pond.worker.broker.http.RequestHead;
import pond.worker.broker.meter.Format;

/** Anthropic: the Messages format. */
final class AnthropicProvider implements Provider {
    @Override
    public pond.common.swarm.Provider kind() {
        return pond.common.swarm.Provider.ANTHROPIC;
    }

    @Override
    public Optional<Endpoint> endpoint(String method, String path) {
        return switch (method + " " + path) {
            case "POST /v1/messages" -> Optional.of(Endpoint.metered(Format.MESSAGES));
            case "POST /v1/messages/count_tokens", "GET /v1/models" -> Optional.of(Endpoint.free());
            case "HEAD /" -> Optional.of(Endpoint.here());
            default -> Optional.empty();
        };
    }

    @Override
    public List<String> presentedKeys(RequestHead head) {
        return Stream.concat(head.headers().all("x-api-key").stream(), Provider.bearers(head).stream())
                .toList();
    }

    @Override
    public Headers.Field keyHeader(String key) {
        return new Headers.Field("x-api-key", key);
    }

    @Override
    public String error(int status, String message) {
        String type = switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503 -> "overloaded_error";
            case 504 -> "timeout_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
        JsonNodeFactory json = JsonNodeFactory.instance;
        return Json.write(json.objectNode()
                .put("type", "error")
                .set("error", json.objectNode().put("type", type).put("message", message)));
    }
}
