@NullMarked
package pond.server.logs;

import org.jspecify.annotations.NullMarked;
