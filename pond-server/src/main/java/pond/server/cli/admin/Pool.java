package pond.server.cli.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import picocli.CommandLine.ParameterException;
import pond.common.api.PoolWorkerList;
import pond.common.api.PoolWorkerView;
import pond.common.json.Json;
import pond.server.cli.client.AdminClient;
import pond.server.cli.client.Refused;
import pond.server.cli.client.Unreachable;
import pond.server.cli.context.ServerOptions;
import pond.server.cli.text.Terminal;

/** The workers that a server lists. */
record Pool(AdminClient client) {
    private static final int NOT_FOUND = 404;

    List<PoolWorkerView> list() throws IOException, InterruptedException {
        try {
            return Json.lenient()
                    .treeToValue(client.get("pool/workers"), PoolWorkerList.class)
                    .workers();
        } catch (JsonProcessingException e) {
            throw new Unreachable("the server lists its workers in a way that this client does not understand", e);
        }
    }

    Optional<PoolWorkerView> find(UUID id) throws IOException, InterruptedException {
        return list().stream().filter(worker -> worker.id().equals(id)).findFirst();
    }

    /** The one of that id, or else the only one of that name. */
    PoolWorkerView get(ServerOptions options, String idOrName) throws IOException, InterruptedException {
        List<PoolWorkerView> all = list();
        for (PoolWorkerView worker : all) {
            if (worker.id().toString().equals(idOrName)) {
                return worker;
            }
        }
        List<PoolWorkerView> named =
                all.stream().filter(worker -> worker.name().equals(idOrName)).toList();
        if (named.isEmpty()) {
            throw new Refused(NOT_FOUND, "there is no worker '" + Terminal.clean(idOrName) + "'");
        }
        if (named.size() > 1) {
            List<String> ids =
                    named.stream().map(worker -> worker.id().toString()).toList();
            throw new ParameterException(
                    options.line(),
                    "several workers are named '" + Terminal.clean(idOrName) + "'; say which by its id: "
                            + String.join(", ", ids));
        }
        return named.get(0);
    }
}
