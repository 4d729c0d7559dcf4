package pond.worker.broker;

import java.util.OptionalLong;
import pond.worker.broker.meter.Tokens;

/** Prices a call. Called from several threads. */
public interface RateCard {
    /**
     * Costs in millionths of a US dollar; empty when no price is known.
     *
     * @param asked the model that the request named, empty when it named none
     * @param answered the model that answered, by its own word; often a dated form of the other
     */
    OptionalLong costMicros(String asked, String answered, Tokens tokens);
}
