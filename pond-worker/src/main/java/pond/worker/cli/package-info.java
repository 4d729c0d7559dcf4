/**
 * The worker's commands. Results go to stdout, complaints to stderr, and the exit code says how it went; a command only
 * puts the other rooms together and prints. Read {@link pond.worker.cli.DoctorCommand} first.
 */
@NullMarked
package pond.worker.cli;

import org.jspecify.annotations.NullMarked;
