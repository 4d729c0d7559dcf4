/**
 * Copies between two channels, both ways at once, with one thread and fixed buffers: nothing is read that the other
 * side has no room for. Read {@link pond.worker.egress.splice.Splice} first.
 */
@NullMarked
package pond.worker.egress.splice;

import org.jspecify.annotations.NullMarked;
