/**
 * What {@code scripts/soak} runs: everything that callers and workers do, for as long as one likes, with kills in between, and
 * a look at what is left of it. Programs, not tests, and made of nothing but the JDK and the server's jar. Read
 * {@link pond.server.soak.Soak} first.
 */
@NullMarked
package pond.server.soak;

import org.jspecify.annotations.NullMarked;
