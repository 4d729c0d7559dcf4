package pond.server.usage;

/**
 * What counts against a budget.
 *
 * @param costMicros in millionths of a US dollar, of the calls that have a known price
 * @param tokens of all kinds together
 */
public record Spent(long costMicros, long tokens) {}
