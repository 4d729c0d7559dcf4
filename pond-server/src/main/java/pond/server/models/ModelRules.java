package pond.server.models;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pond.common.problems.Fields;
import pond.common.swarm.HarnessRules;
import pond.common.swarm.ModelSpec;
import pond.common.swarm.Provider;
import pond.common.swarm.RateCard;
import pond.common.swarm.RegistryKey;

/** Reads the body that registers a model; all that is wrong with it is reported. */
final class ModelRules {
    /** Nothing that could end a string in JSON, TOML, YAML or a shell: it is filled into files of all of these. */
    private static final Pattern MODEL_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}");

    private ModelRules() {}

    static Optional<ModelSpec> read(Fields fields) {
        Optional<String> key = RegistryKey.required(fields, "key");
        Optional<String> label = HarnessRules.label(fields);
        Optional<String> provider = fields.requiredString("provider");
        provider.filter(name -> !Provider.isName(name))
                .ifPresent(name -> fields.report("provider", "must be a word of lower-case letters, digits and '-'"));
        Optional<String> modelId = fields.requiredString("model_id");
        modelId.filter(id -> !MODEL_ID.matcher(id).matches())
                .ifPresent(id -> fields.report(
                        "model_id", "must have at most 200 letters, digits, '.', '_', ':', '/', '@', '+' and '-'"));
        Optional<String> credential = RegistryKey.required(fields, "credential_name");
        Optional<Long> input = requiredPrice(fields, "input_cost_per_mtok");
        Optional<Long> output = requiredPrice(fields, "output_cost_per_mtok");
        @Nullable
        Long cacheRead = fields.microDollars("cache_read_cost_per_mtok").orElse(null);
        @Nullable
        Long cacheWrite = fields.microDollars("cache_write_cost_per_mtok").orElse(null);
        fields.end();
        if (key.isEmpty() || provider.isEmpty() || modelId.isEmpty() || credential.isEmpty()) {
            return Optional.empty();
        }
        return input.flatMap(in -> output.map(out -> new ModelSpec(
                key.get(),
                label.orElse(key.get()),
                provider.get(),
                modelId.get(),
                credential.get(),
                new RateCard(in, out, cacheRead, cacheWrite))));
    }

    private static Optional<Long> requiredPrice(Fields fields, String name) {
        if (fields.value(name).isEmpty()) {
            fields.report(name, "is required: US dollars per million tokens, 0 for what costs nothing");
        }
        return fields.microDollars(name);
    }
}
