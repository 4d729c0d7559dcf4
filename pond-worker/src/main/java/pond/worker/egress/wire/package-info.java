/**
 * What a client of the egress proxy says, read without mercy: the head of its one request, the body behind it, and the
 * greeting of TLS. Whatever two readers could understand in two ways is refused. Nothing here opens a connection; read
 * {@link pond.worker.egress.wire.RequestHead} first.
 */
@NullMarked
package pond.worker.egress.wire;

import org.jspecify.annotations.NullMarked;
