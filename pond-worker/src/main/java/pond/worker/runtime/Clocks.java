package pond.worker.runtime;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two clocks of a worker.
 *
 * @param time of day, for people
 * @param nanos monotonic, in nanoseconds; everything that is measured is measured by it
 */
record Clocks(InstantSource time, LongSupplier nanos) {}
