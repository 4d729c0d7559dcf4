/**
 * Who changed what, and when. The invariant: an entry is written in the transaction of the change that it tells of, so
 * there is neither a change without an entry nor an entry without a change. Read {@link pond.server.audit.AuditLog}
 * first.
 */
@NullMarked
package pond.server.audit;

import org.jspecify.annotations.NullMarked;
