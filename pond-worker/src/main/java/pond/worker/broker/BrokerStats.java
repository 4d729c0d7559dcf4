package pond.worker.broker;

/**
 * What went through a door so far.
 *
 * @param calls calls to the provider that used, or may have used, tokens
 * @param failed those of them that were not answered with success and in full
 * @param refused requests that were answered here, because they may not be forwarded or could not be
 * @param tokens of all kinds, calls under way included
 * @param costMicros likewise, in millionths of a US dollar
 */
public record BrokerStats(long calls, long failed, long refused, long tokens, long costMicros) {}
