package pond.common.swarm;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * A model that stages may ask for. A pure value, which can be frozen on a stage as it is.
 *
 * @param key what stages name
 * @param label for people
 * @param provider whose wire format it speaks, see {@link Provider}
 * @param modelId its name at the provider
 * @param credentialName the credential that its calls use; a project's own goes before the organisation's
 */
@JsonNaming(SnakeCaseStrategy.class)
public record ModelSpec(
        String key, String label, String provider, String modelId, String credentialName, RateCard rates) {}
