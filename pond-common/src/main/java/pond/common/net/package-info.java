/**
 * Addresses of the network: which of them nobody may be led to by what a stranger wrote. The server's sources and the
 * worker's egress judge by this one list, so that what one of them refuses the other does not let through; read
 * {@link pond.common.net.AddressBlocks} first.
 */
@NullMarked
package pond.common.net;

import org.jspecify.annotations.NullMarked;
