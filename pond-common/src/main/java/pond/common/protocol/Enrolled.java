package pond.common.protocol;

import pond.common.ids.WorkerId;

/**
 * The server's answer to an enrolment. Nothing in it is secret: the bearer never leaves the worker but as the bearer of a
 * call.
 *
 * @param worker the worker's id from now on, over all its restarts
 */
public record Enrolled(WorkerId worker) {}
