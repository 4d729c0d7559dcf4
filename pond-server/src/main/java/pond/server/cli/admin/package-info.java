/**
 * The commands of operators: agents, models and their keys, workers, maintenance. The invariants: they know the registers
 * as trees of JSON and leave all rules to the server, and no option takes a provider's key, since command lines show in
 * process lists. Read {@link pond.server.cli.admin.CredentialsCommand} first, then {@link pond.server.cli.admin.WorkerCommand}.
 */
@NullMarked
package pond.server.cli.admin;

import org.jspecify.annotations.NullMarked;
