package pond.common.protocol;

import pond.common.ids.WorkerId;

/**
 * The server's answer to an enrolment; {@code toString} leaves the bearer out.
 *
 * @param worker the worker's id from now on, over all its restarts
 * @param bearer proves with every call that it is that worker; shown once, and kept as a digest only
 */
public record Enrolled(WorkerId worker, String bearer) {
    @Override
    public String toString() {
        return "Enrolled[worker=" + worker + "]";
    }
}
