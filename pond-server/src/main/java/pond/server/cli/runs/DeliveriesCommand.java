package pond.server.cli.runs;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import pond.common.api.DeliveryList;
import pond.common.api.DeliveryView;
import pond.common.api.DeliveryView.AttemptView;
import pond.common.ids.RunId;
import pond.server.cli.ExitCode;
import pond.server.cli.client.PondClient;
import pond.server.cli.context.ServerOptions;
import pond.server.cli.text.Table;

/** {@code run deliveries}. */
@Command(
        name = "deliveries",
        description = "List what was sent to a run's callback, and what became of it.",
        mixinStandardHelpOptions = true)
final class DeliveriesCommand implements Callable<Integer> {
    private static final List<String> COLUMNS =
            List.of("ID", "EVENT", "STATUS", "ATTEMPTS", "LATEST", "NEXT", "DELIVERED", "URL");

    @Mixin
    ServerOptions options = new ServerOptions();

    @Parameters(paramLabel = "RUN", description = "Its id.")
    @Nullable
    RunId id;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (id == null) {
            throw new IllegalStateException("picocli has not filled in the run");
        }
        try (PondClient client = options.client()) {
            DeliveryList found = client.deliveries(id);
            options.print(
                    found.deliveries(),
                    out -> Table.print(
                            out,
                            COLUMNS,
                            found.deliveries().stream()
                                    .map(DeliveriesCommand::row)
                                    .toList()));
            return ExitCode.OK;
        }
    }

    private static List<String> row(DeliveryView delivery) {
        return List.of(
                delivery.id().toString(),
                Table.cell(delivery.event()),
                delivery.status().toString(),
                Integer.toString(delivery.attempts().size()),
                latest(delivery.attempts()),
                Table.cell(delivery.nextAttemptAt()),
                Table.cell(delivery.deliveredAt()),
                Table.cell(delivery.url()));
    }

    private static String latest(List<AttemptView> attempts) {
        if (attempts.isEmpty()) {
            return "-";
        }
        AttemptView latest = attempts.get(attempts.size() - 1);
        return latest.error() == null ? "HTTP " + latest.status() : Table.cell(latest.error());
    }
}
