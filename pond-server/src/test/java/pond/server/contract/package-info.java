/** What the worker protocol promises, tested over every route that its calls can take. */
@NullMarked
package pond.server.contract;

import org.jspecify.annotations.NullMarked;
