/**
 * What is right and what is wrong with a machine and a state folder, found by looking. The invariant: it changes nothing, and
 * may look while a server runs. Read {@link pond.server.doctor.Doctor} first.
 */
@NullMarked
package pond.server.doctor;

import org.jspecify.annotations.NullMarked;
