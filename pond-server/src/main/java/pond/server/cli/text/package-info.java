/**
 * What people read, as lines: tables, runs, and text of others. The invariant: text of a server or a stage is printed
 * without the control characters by which it could give the terminal orders. Read {@link pond.server.cli.text.Terminal}
 * first, then {@link pond.server.cli.text.Table}.
 */
@NullMarked
package pond.server.cli.text;

import org.jspecify.annotations.NullMarked;
