@NullMarked
package pond.server.retention;

import org.jspecify.annotations.NullMarked;
