package pond.server.sources;

import java.util.List;
import pond.server.sources.guard.Bundle;

/** A run's sources in one bundle, and what each of them was, in the order of the request. */
public record Fetched(Bundle bundle, List<ResolvedSource> sources) {
    public Fetched {
        sources = List.copyOf(sources);
    }
}
