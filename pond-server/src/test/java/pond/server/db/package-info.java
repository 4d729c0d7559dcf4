@NullMarked
package pond.server.db;

import org.jspecify.annotations.NullMarked;
