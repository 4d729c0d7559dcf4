/**
 * What a stage can be: one {@link pond.worker.executors.Executor} a kind. An executor knows its stage and nothing of
 * leases, servers or how its log travels; all that comes to it through {@link pond.worker.executors.ExecutionContext}.
 */
@NullMarked
package pond.worker.executors;

import org.jspecify.annotations.NullMarked;
