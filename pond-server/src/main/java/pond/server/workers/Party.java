package pond.server.workers;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import pond.common.ids.WorkerId;

/**
 * Who speaks as a worker, settled before it says anything: by its bearer, or by living in the server's own process.
 *
 * @param identity null for a worker inside the server
 * @param granted tags that it has by its enrolment
 */
public record Party(@Nullable WorkerId identity, Set<String> granted) {
    public Party {
        granted = Set.copyOf(granted);
    }

    /** Whether it lives in the server's own process. */
    public boolean local() {
        return identity == null;
    }
}
