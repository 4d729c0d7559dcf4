package pond.server.swarm;

import pond.common.swarm.HarnessSpec;
import pond.common.swarm.ModelSpec;

/** The harness and the model of one stage, as they stay for all its attempts and areas. */
public record FrozenInvocation(HarnessSpec harness, ModelSpec model) {}
