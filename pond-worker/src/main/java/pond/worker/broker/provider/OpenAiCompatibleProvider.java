package pond.worker.broker.provider;

import java.util.List;
import java.util.Optional;
import pond.worker.broker.http.Headers;
import pond.worker.broker.http.RequestHead;

/** Any server that speaks as OpenAI does, a gateway or one's own; the credential says where it is. */
final class OpenAiCompatibleProvider implements Provider {
    @Override
    public pond.common.swarm.Provider kind() {
        return pond.common.swarm.Provider.OPENAI_COMPATIBLE;
    }

    @Override
    public Optional<Endpoint> endpoint(String method, String path) {
        return OpenAiProvider.openAiEndpoint(method, path);
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
        return OpenAiProvider.openAiError(status, message);
    }
}
