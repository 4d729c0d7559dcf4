/**
 * What {@code scripts/bench} runs: measures what this machine can do at best, then what pond does on it, and compares
 * the two. Programs, not tests. Read {@link pond.server.bench.Part} first: it lists what is measured, and where.
 */
@NullMarked
package pond.server.bench;

import org.jspecify.annotations.NullMarked;
