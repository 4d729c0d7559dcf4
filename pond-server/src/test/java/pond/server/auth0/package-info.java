@NullMarked
package pond.server.auth0;

import org.jspecify.annotations.NullMarked;
