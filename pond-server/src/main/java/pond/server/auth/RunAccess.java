package pond.server.auth;

import java.util.Optional;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;

/** Whose run is it; answered by the {@code runs} room. */
public interface RunAccess {
    /** The project of a run, or empty when there is no such run. */
    Optional<ProjectId> projectOf(RunId run);
}
