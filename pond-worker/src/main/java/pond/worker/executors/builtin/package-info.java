/**
 * The operations that pond brings along: each reads a checkout, starts no process, and writes one JSON object a line into
 * {@code results.jsonl}. No file, whatever it holds, fails an operation; what could not be read is told in the log.
 * {@link pond.worker.executors.builtin.Scan} is the file to read first. The fields of the results are documented for
 * users in the page {@code builtins.md} and kept stable.
 */
@NullMarked
package pond.worker.executors.builtin;

import org.jspecify.annotations.NullMarked;
