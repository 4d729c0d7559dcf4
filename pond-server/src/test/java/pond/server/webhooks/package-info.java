/** Tests of webhooks: with real receivers on this machine, a real database, and a clock that the tests set. */
@NullMarked
package pond.server.webhooks;

import org.jspecify.annotations.NullMarked;
