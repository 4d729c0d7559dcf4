package pond.worker.egress;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What one stage may take.
 *
 * @param head how long a client may need for the head of its request
 * @param connect how long all attempts to reach the host may take together
 * @param idle how long a connection may stand still
 * @param connections how many may be open at once; further ones wait until one ends
 * @param bytes how many may pass, both ways and over all connections
 */
public record EgressLimits(Duration head, Duration connect, Duration idle, int connections, OptionalLong bytes) {
    public static final EgressLimits DEFAULT = new EgressLimits(
            Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofMinutes(5), 64, OptionalLong.empty());

    public EgressLimits {
        if (connections < 1 || connections > 1024) {
            throw new IllegalArgumentException("connections must be from 1 to 1024, not " + connections);
        }
    }
}
