package pond.server.models;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import pond.common.swarm.ModelSpec;

/** A model as operators see it; prices in US dollars per million tokens. */
@JsonNaming(SnakeCaseStrategy.class)
public record ModelView(
        String key,
        String label,
        String provider,
        String modelId,
        String credentialName,
        BigDecimal inputCostPerMtok,
        BigDecimal outputCostPerMtok,
        @Nullable BigDecimal cacheReadCostPerMtok,
        @Nullable BigDecimal cacheWriteCostPerMtok,
        Instant createdAt,
        Instant updatedAt) {
    private static final int MICRO_DIGITS = 6;

    static ModelView of(ModelSpec model, Instant createdAt, Instant updatedAt) {
        return new ModelView(
                model.key(),
                model.label(),
                model.provider(),
                model.modelId(),
                model.credentialName(),
                dollars(model.rates().inputMicros()),
                dollars(model.rates().outputMicros()),
                dollarsOrNull(model.rates().cacheReadMicros()),
                dollarsOrNull(model.rates().cacheWriteMicros()),
                createdAt,
                updatedAt);
    }

    private static @Nullable BigDecimal dollarsOrNull(@Nullable Long micros) {
        return micros == null ? null : dollars(micros);
    }

    /** Without zeros at the end, and never with an exponent. */
    private static BigDecimal dollars(long micros) {
        BigDecimal dollars = BigDecimal.valueOf(micros, MICRO_DIGITS).stripTrailingZeros();
        return dollars.setScale(Math.max(dollars.scale(), 0));
    }
}
