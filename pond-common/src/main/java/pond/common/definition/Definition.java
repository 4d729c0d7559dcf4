package pond.common.definition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A workflow that has passed {@link DefinitionRules}: keys are unique, edges name stages that exist, and there is no
 * cycle. Edges are complete: a definition submitted without edges has one from each stage to the next.
 *
 * @param budget of all swarm stages of the run together
 */
public record Definition(
        List<StageSpec> stages, List<Edge> edges, @Nullable Budget budget) {
    /** The key of the implicit stage that fetches sources; no stage of a definition can have it. */
    public static final String FETCH_STAGE = "_fetch";

    public Definition {
        stages = List.copyOf(stages);
        edges = List.copyOf(edges);
    }
}
