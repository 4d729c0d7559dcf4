/** Tests with real children; they need a POSIX sh and setsid, nothing else. */
@NullMarked
package pond.worker.sandbox;

import org.jspecify.annotations.NullMarked;
