package pond.worker.broker;

import java.time.Duration;

/**
 * Bounds of one door.
 *
 * @param maxRequestBytes largest body of a request
 * @param heldBytes what bodies that must be read before they are forwarded may take in all calls together
 * @param maxCalls calls at once
 * @param headTime for the head of a request, from its first byte on
 * @param bodyTime between two pieces of a request's body
 * @param silence between two pieces of an answer, its first included; also how long a reader may take none
 * @param connectTime for a connection to the provider, TLS included
 * @param drainTime for the rest of an answer whose reader has gone
 * @param idleTime how long a client's connection may stay open unused
 */
public record BrokerLimits(
        long maxRequestBytes,
        long heldBytes,
        int maxCalls,
        Duration headTime,
        Duration bodyTime,
        Duration silence,
        Duration connectTime,
        Duration drainTime,
        Duration idleTime) {
    private static final int MIB = 1024 * 1024;

    public static final BrokerLimits DEFAULT = new BrokerLimits(
            32 * MIB,
            64 * MIB,
            32,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofMinutes(10));
}
