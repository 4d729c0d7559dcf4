package pond.common.protocol;

import java.time.Duration;

/**
 * A request for work.
 *
 * @param freeSlots how many jobs the worker could start now, at least 1
 * @param maxWait at most five sixths of the lease; longer is cut
 */
public record LeaseRequest(int freeSlots, Duration maxWait) {}
