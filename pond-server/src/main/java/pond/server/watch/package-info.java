/**
 * Calls that wait for something to change, without a thread for each: the one mechanism behind every waiting call of the
 * API and of the worker protocol.
 */
@NullMarked
package pond.server.watch;

import org.jspecify.annotations.NullMarked;
