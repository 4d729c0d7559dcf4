@NullMarked
package pond.worker.executors.swarm;

import org.jspecify.annotations.NullMarked;
