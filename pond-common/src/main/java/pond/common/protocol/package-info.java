/**
 * The conversation between the server and a worker. {@link pond.common.protocol.WorkerProtocol} states the order of
 * the calls and what an error means. Its types mention only this module and the JDK, so that a worker on another
 * machine and the one inside the server are the same thing.
 */
@NullMarked
package pond.common.protocol;

import org.jspecify.annotations.NullMarked;
