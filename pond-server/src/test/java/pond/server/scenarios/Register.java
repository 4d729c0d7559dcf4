package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import pond.common.json.Json;

/** What an operator registers so that agents can run. */
public record Register(Client client) {
    /** The provider's key; nobody but the model server is to see it. */
    public static final String KEY = "sk-real-0f3c9a7d51e84b26";

    private static final Map<String, List<String>> NAMES = Map.of(
            "anthropic", List.of("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"),
            "openai", List.of("OPENAI_BASE_URL", "OPENAI_API_KEY"),
            "openai-compatible", List.of("OPENAI_BASE_URL", "OPENAI_API_KEY"),
            "gemini", List.of("GOOGLE_GEMINI_BASE_URL", "GEMINI_API_KEY"));

    /** A model of a provider at this address, three dollars in, fifteen out, thirty cents from the cache. */
    public void model(String key, String provider, String url) {
        List<String> names = NAMES.getOrDefault(provider, List.of());
        created(
                "/v1/admin/credentials",
                Map.of(
                        "name",
                        key,
                        "provider",
                        provider,
                        "env",
                        Map.of(names.get(0), url),
                        "secrets",
                        Map.of(names.get(1), KEY)));
        created(
                "/v1/admin/models",
                Map.of(
                        "key", key,
                        "provider", provider,
                        "model_id", "model-1",
                        "credential_name", key,
                        "input_cost_per_mtok", "3",
                        "output_cost_per_mtok", "15",
                        "cache_read_cost_per_mtok", "0.3"));
    }

    public void preset(String name) {
        created("/v1/admin/harnesses/from-preset", Map.of("preset", name));
    }

    /** A program that is given its key, its model and its broker in the environment. */
    public void harness(String key, String program) {
        created(
                "/v1/admin/harnesses",
                Map.of(
                        "key", key,
                        "command_template", List.of(program),
                        "env", Map.of("KEY", "{{DUMMY_KEY}}", "MODEL", "{{MODEL}}", "BROKER", "{{BROKER_URL}}")));
    }

    private void created(String path, Object body) {
        Client.Answer answer = client.post(path, Json.write(body));
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    }
}
