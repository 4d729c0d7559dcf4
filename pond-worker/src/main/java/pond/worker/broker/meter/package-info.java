/**
 * Reads what a model call used out of the bytes of its answer, for the four wire formats that the broker knows. Everything
 * here is pure and keeps a fixed amount of memory, however long the answer and however it is cut into pieces.
 *
 * <p>The invariant: the same bytes give the same {@link pond.worker.broker.meter.Tokens}, and a count that the provider did
 * not give is absent, never zero. Read {@link pond.worker.broker.meter.Meter} first, then {@code MessagesFormat}.
 */
@NullMarked
package pond.worker.broker.meter;

import org.jspecify.annotations.NullMarked;
