/**
 * A model server that answers by script, in the four wire formats of the broker: good enough for real agent programs, which
 * get one tool call and then an answer with a fenced result block. Read {@code ModelServer} first.
 */
@NullMarked
package pond.worker.broker.model;

import org.jspecify.annotations.NullMarked;
