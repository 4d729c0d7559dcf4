/** Tests of areas and what is made of them. */
@NullMarked
package pond.server.swarm;

import org.jspecify.annotations.NullMarked;
