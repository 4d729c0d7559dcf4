/**
 * What commands take from files, variables and standard input, and the secrets that they write. The invariants: nothing is
 * read beyond a bound, what is wrong is said without quoting what was read, and a secret is written for its user alone.
 * Read {@link pond.server.cli.files.DefinitionFile} first, then {@link pond.server.cli.files.SecretSources}.
 */
@NullMarked
package pond.server.cli.files;

import org.jspecify.annotations.NullMarked;
