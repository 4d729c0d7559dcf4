/** Tests of the parts of the worker protocol's HTTP side; the protocol itself is tested by its contract. */
@NullMarked
package pond.server.workerapi;

import org.jspecify.annotations.NullMarked;
