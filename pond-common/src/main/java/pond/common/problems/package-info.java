/**
 * What is wrong with a body, field by field. A reader goes on after the first problem, so that a caller learns
 * all of them in one answer. Read {@link pond.common.problems.Fields}: it is how every body is read.
 */
@NullMarked
package pond.common.problems;

import org.jspecify.annotations.NullMarked;
