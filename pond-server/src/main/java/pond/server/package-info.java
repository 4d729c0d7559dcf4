/**
 * The control plane, one room a noun of the API. This package is where they are put together: it knows every room and
 * no room knows it, so what depends on what can be read in one place.
 */
@NullMarked
package pond.server;

import org.jspecify.annotations.NullMarked;
