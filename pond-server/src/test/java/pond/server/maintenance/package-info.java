@NullMarked
package pond.server.maintenance;

import org.jspecify.annotations.NullMarked;
