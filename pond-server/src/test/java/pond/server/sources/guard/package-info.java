@NullMarked
package pond.server.sources.guard;

import org.jspecify.annotations.NullMarked;
