package pond.common.api;

import java.util.List;

/** The answer of {@code GET /v1/admin/pool/workers}, by name. */
public record PoolWorkerList(List<PoolWorkerView> workers) {
    public PoolWorkerList {
        workers = List.copyOf(workers);
    }
}
