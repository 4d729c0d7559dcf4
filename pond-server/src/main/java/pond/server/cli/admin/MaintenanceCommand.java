package pond.server.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import pond.server.cli.CommandGroup;
import pond.server.cli.ExitCode;
import pond.server.cli.client.AdminClient;
import pond.server.cli.client.Pause;
import pond.server.cli.client.Refused;
import pond.server.cli.context.ServerOptions;
import pond.server.cli.text.Table;

/** {@code maintenance …}: whether a server hands out jobs. */
@Command(
        name = "maintenance",
        description = "Let a server hand out no more jobs, or go on; what runs may finish, what is submitted queues.",
        mixinStandardHelpOptions = true)
public final class MaintenanceCommand extends CommandGroup {
    private static final String PATH = "maintenance";
    private static final long LOOK_MILLIS = 1_000;

    public MaintenanceCommand() {
        super("on, off, show");
    }

    @Command(name = "on", description = "Hand out no more jobs, also after a restart.", mixinStandardHelpOptions = true)
    int on(
            @Mixin ServerOptions options,
            @Option(names = "--reason", paramLabel = "TEXT", description = "What all who wait are told.") @Nullable
                    String reason,
            @Option(names = "--wait", description = "Return when no worker has a job any more.") boolean wait,
            @Option(
                            names = "--timeout",
                            paramLabel = "SEC",
                            description = "With --wait: for that long at most; without it, until all have ended.")
                    @Nullable
                    Long timeout)
            throws IOException, InterruptedException {
        if (timeout != null && (!wait || timeout < 0 || timeout > Integer.MAX_VALUE)) {
            throw new ParameterException(
                    options.line(), "--timeout goes with --wait, and must be a number of seconds from 0 on");
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("enabled", true);
        if (reason != null) {
            body.put("reason", reason);
        }
        try (AdminClient client = options.admin()) {
            JsonNode now = client.post(PATH, body);
            if (wait) {
                now = idle(client, options, now, timeout);
            }
            print(options, now);
            return wait && leased(now) > 0 ? ExitCode.TIME_IS_UP : ExitCode.OK;
        }
    }

    @Command(name = "off", description = "Hand out jobs again.", mixinStandardHelpOptions = true)
    int off(@Mixin ServerOptions options) throws IOException, InterruptedException {
        try (AdminClient client = options.admin()) {
            print(
                    options,
                    client.post(PATH, JsonNodeFactory.instance.objectNode().put("enabled", false)));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "show",
            description = "Say whether it is on, and how many jobs run.",
            mixinStandardHelpOptions = true)
    int show(@Mixin ServerOptions options) throws IOException, InterruptedException {
        try (AdminClient client = options.admin()) {
            print(options, client.get(PATH));
            return ExitCode.OK;
        }
    }

    /** Looks every second until nothing is leased, somebody has ended the maintenance, or the time is up. */
    private static JsonNode idle(AdminClient client, ServerOptions options, JsonNode first, @Nullable Long timeout)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        JsonNode now = first;
        int told = -1;
        while (leased(now) > 0) {
            if (!now.path("enabled").booleanValue()) {
                throw new Refused(409, "somebody has switched maintenance off meanwhile");
            }
            if (timeout != null && System.nanoTime() - start >= TimeUnit.SECONDS.toNanos(timeout)) {
                return now;
            }
            if (leased(now) != told) {
                told = leased(now);
                options.line().getErr().println("waiting for " + jobs(told));
            }
            Pause.millis(LOOK_MILLIS);
            now = client.get(PATH);
        }
        return now;
    }

    private static void print(ServerOptions options, JsonNode now) {
        options.print(now, out -> {
            String leased = "; workers have " + jobs(leased(now));
            if (now.path("enabled").booleanValue()) {
                String reason = now.path("reason").isTextual()
                        ? ": " + Table.cell(now.path("reason").asText())
                        : "";
                out.println("on since " + Table.cell(now.path("since").asText()) + " by "
                        + Table.cell(now.path("by").asText()) + reason + leased);
            } else {
                out.println("off" + leased);
            }
        });
    }

    private static int leased(JsonNode now) {
        return now.path("leased").intValue();
    }

    private static String jobs(int number) {
        return number == 0 ? "no jobs" : number == 1 ? "1 job" : number + " jobs";
    }
}
