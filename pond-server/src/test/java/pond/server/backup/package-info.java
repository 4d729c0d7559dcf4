/** Backups of real databases and files, damaged in every way that a disk or a person might. */
@NullMarked
package pond.server.backup;

import org.jspecify.annotations.NullMarked;
