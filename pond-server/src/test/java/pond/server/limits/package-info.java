/** Tests of the bounds, one by one; those of what they do to runs and calls are where these are tested. */
@NullMarked
package pond.server.limits;

import org.jspecify.annotations.NullMarked;
