/**
 * What an agent's stage needs beside its sandbox: its HOME, what it printed, where its result is in that, and when it has
 * been silent for too long. The invariant: text that came from an agent is data. It is never filled in as a template, and
 * never names a file outside of the stage's own folders. Read {@link pond.worker.executors.swarm.AgentResult} first.
 */
@NullMarked
package pond.worker.executors.swarm;

import org.jspecify.annotations.NullMarked;
