/**
 * The commands about runs: submit, look, wait, fetch, and what it cost. The invariants: stdout has the result and nothing
 * else, what is told meanwhile goes to stderr, and ending a command ends no run. Read
 * {@link pond.server.cli.runs.RunCommand} first, then {@link pond.server.cli.runs.Onlooker}.
 */
@NullMarked
package pond.server.cli.runs;

import org.jspecify.annotations.NullMarked;
