/** What tests of several rooms share: a real HTTP server on a free port, and ways to talk to it. */
@NullMarked
package pond.testing;

import org.jspecify.annotations.NullMarked;
