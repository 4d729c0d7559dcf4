@NullMarked
package pond.worker.sandbox.bubblewrap;

import org.jspecify.annotations.NullMarked;
