package pond.worker.broker.provider;

import java.util.Optional;
import pond.worker.broker.meter.Format;

/**
 * A path that is answered.
 *
 * @param format how its answers tell usage; empty when a call of it costs nothing
 * @param model the model, where the path names it
 * @param local whether the broker itself answers, without a word to the provider
 */
public record Endpoint(Optional<Format> format, Optional<String> model, boolean local) {
    static Endpoint metered(Format format) {
        return new Endpoint(Optional.of(format), Optional.empty(), false);
    }

    static Endpoint metered(Format format, String model) {
        return new Endpoint(Optional.of(format), Optional.of(model), false);
    }

    static Endpoint free() {
        return new Endpoint(Optional.empty(), Optional.empty(), false);
    }

    static Endpoint here() {
        return new Endpoint(Optional.empty(), Optional.empty(), true);
    }
}
