@NullMarked
package pond.server.usage;

import org.jspecify.annotations.NullMarked;
