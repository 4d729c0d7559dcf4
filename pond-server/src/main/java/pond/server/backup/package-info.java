/**
 * Copies of a server's whole state, and the way back from them. Read {@link pond.server.backup.BackupService} first.
 *
 * <p><b>Nothing that was acknowledged before a backup began is missing.</b> An answer is sent after the commit that holds
 * it, and each database is copied from a snapshot that is taken after the backup has begun. Bytes of artifacts and bundles
 * are on disk under their names before the row that names them, so every row of the snapshot has its file; and files are
 * deleted only by who holds {@link pond.server.db.FilesLock}, which the backup holds from before the snapshots until the
 * files are copied.
 *
 * <p><b>Nothing dangles.</b> The two databases are not one transaction: lines are stored first, and what depends on them
 * is committed second. So the snapshot of {@code pond.db} is taken first and that of {@code logs.db} a moment later: the
 * lines that a state counts on are always there. Lines of that moment may be too many, which a crash can cause as well:
 * those of runs that {@code pond.db} does not know are deleted by the sweep, and others belong to jobs that are lost by
 * the restore, so that they stand before the line that says so. A run that is deleted in that moment may come back
 * without its log.
 *
 * <p><b>What looks like a backup is one.</b> It is written under another name and read back whole (digests, structure,
 * references, every row's file) before it is on disk and gets its name by a rename. Who is killed leaves a folder that
 * the next backup removes.
 *
 * <p><b>The past is over.</b> A restored server ends all attachments that it finds. Their workers attach again, and the
 * jobs that they had are lost, as those of a worker that died; for all else the state is that of the snapshot.
 */
@NullMarked
package pond.server.backup;

import org.jspecify.annotations.NullMarked;
