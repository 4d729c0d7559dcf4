/**
 * The stages of a run as rows, and what each of them waits for. Every change of a status names the status that it
 * expects and hits exactly one row; the legal moves are one table, {@link pond.server.stages.StageMoves}.
 */
@NullMarked
package pond.server.stages;

import org.jspecify.annotations.NullMarked;
