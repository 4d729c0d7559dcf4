/**
 * What runs stages, as a program of its own or inside the server. This package is where the program begins; no room
 * knows it.
 */
@NullMarked
package pond.worker;

import org.jspecify.annotations.NullMarked;
