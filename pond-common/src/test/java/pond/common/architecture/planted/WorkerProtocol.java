package pond.common.architecture.planted;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Mentions, deep in a signature, a type that a worker need not know. */
public interface WorkerProtocol {
    CompletableFuture<List<JsonNode>> lease();
}
