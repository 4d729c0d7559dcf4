/**
 * The refusals that a caller of the server can get, without a word of HTTP. Rooms throw
 * {@link pond.server.errors.PondException}; anything else that is thrown is a fault of the server and reaches nobody.
 */
@NullMarked
package pond.server.errors;

import org.jspecify.annotations.NullMarked;
