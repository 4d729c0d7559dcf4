@NullMarked
package pond.server.artifacts;

import org.jspecify.annotations.NullMarked;
