/**
 * Who is there to run stages: attachments of workers, what each can do, and whether one of them fits a job's needs.
 * A worker is attached from its attach until it detaches or is silent for longer than a lease. Read
 * {@link pond.server.workers.Needs} and {@link pond.server.workers.WorkerService}.
 */
@NullMarked
package pond.server.workers;

import org.jspecify.annotations.NullMarked;
