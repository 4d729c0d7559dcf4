/**
 * Machines becoming workers: codes that let them in, and who each of them is from then on. The invariant: a code and a
 * bearer are shown once and kept as digests only, and what is revoked is refused from the next request on. Read
 * {@link pond.server.enrollment.EnrollmentService} first.
 */
@NullMarked
package pond.server.enrollment;

import org.jspecify.annotations.NullMarked;
