/** Tests without sockets: bytes in, counts out. */
@NullMarked
package pond.worker.broker.meter;

import org.jspecify.annotations.NullMarked;
