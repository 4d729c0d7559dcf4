@NullMarked
package pond.server.sources;

import org.jspecify.annotations.NullMarked;
