/** Tests over real sockets, against a scripted model server on loopback. */
@NullMarked
package pond.worker.broker;

import org.jspecify.annotations.NullMarked;
