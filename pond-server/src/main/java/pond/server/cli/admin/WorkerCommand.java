package pond.server.cli.admin;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import pond.common.api.PoolWorkerView;
import pond.common.api.PoolWorkerView.Running;
import pond.server.cli.CommandGroup;
import pond.server.cli.ExitCode;
import pond.server.cli.Timeout;
import pond.server.cli.client.AdminClient;
import pond.server.cli.client.Pause;
import pond.server.cli.context.ServerOptions;
import pond.server.cli.text.Table;
import pond.server.cli.text.Terminal;

/** {@code worker …}: who runs stages, and what operators do with them. */
@Command(
        name = "worker",
        description = "See the workers of a server, drain and revoke them.",
        mixinStandardHelpOptions = true)
public final class WorkerCommand extends CommandGroup {
    /** A worker tells of the end of a job by itself; the list is all that a client can ask. */
    private static final long BETWEEN_LOOKS_MILLIS = 500;

    public WorkerCommand() {
        super("list, show, drain, revoke");
    }

    @Command(name = "list", description = "List them by name.", mixinStandardHelpOptions = true)
    int list(@Mixin ServerOptions options) throws IOException, InterruptedException {
        try (AdminClient client = options.admin()) {
            List<PoolWorkerView> workers = new Pool(client).list();
            options.print(
                    workers,
                    out -> Table.print(
                            out,
                            List.of("ID", "NAME", "STATE", "JOBS", "SLOTS", "EXECUTORS", "TAGS", "LAST SEEN"),
                            workers.stream().map(WorkerCommand::row).toList()));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "show",
            description = "Show one: what it can run, and what it runs now.",
            mixinStandardHelpOptions = true)
    int show(
            @Mixin ServerOptions options,
            @Parameters(paramLabel = "WORKER", description = "Its id, or its name.") String worker)
            throws IOException, InterruptedException {
        try (AdminClient client = options.admin()) {
            PoolWorkerView found = new Pool(client).get(options, worker);
            options.print(found, out -> print(out, found));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "drain",
            description = "Have one finish what it runs, and take nothing new until it is started again.",
            mixinStandardHelpOptions = true)
    int drain(
            @Mixin ServerOptions options,
            @Parameters(paramLabel = "WORKER", description = "Its id, or its name.") String worker,
            @Option(names = "--wait", description = "Wait until it runs nothing any more.") boolean wait,
            @Option(
                            names = "--timeout",
                            paramLabel = "SEC",
                            description = "With --wait: that long at most; without it, for ever.")
                    @Nullable
                    Long timeout)
            throws IOException, InterruptedException {
        Timeout time = Timeout.of(options.line(), timeout);
        if (timeout != null && !wait) {
            throw new ParameterException(options.line(), "--timeout goes with --wait");
        }
        try (AdminClient client = options.admin()) {
            Pool pool = new Pool(client);
            PoolWorkerView found = pool.get(options, worker);
            client.order("pool/workers/" + found.id() + "/drain");
            PoolWorkerView now = pool.find(found.id()).orElse(found);
            while (wait && !now.running().isEmpty() && !time.isUp()) {
                Pause.millis(BETWEEN_LOOKS_MILLIS);
                // One that was revoked meanwhile runs nothing that counts.
                Optional<PoolWorkerView> next = pool.find(found.id());
                if (next.isEmpty()) {
                    break;
                }
                now = next.get();
            }
            PoolWorkerView last = now;
            options.print(
                    last,
                    out -> out.println(
                            Table.cell(last.state()) + ", " + last.running().size() + " running"));
            if (wait && !last.running().isEmpty() && time.isUp()) {
                options.line().getErr().println("pond-server: the time is up; the worker goes on draining");
                return ExitCode.TIME_IS_UP;
            }
            return ExitCode.OK;
        }
    }

    @Command(
            name = "revoke",
            description = "End one for good: it is refused from now on, and what it runs is lost.",
            mixinStandardHelpOptions = true)
    int revoke(
            @Mixin ServerOptions options,
            @Parameters(paramLabel = "WORKER", description = "Its id, or its name.") String worker)
            throws IOException, InterruptedException {
        try (AdminClient client = options.admin()) {
            PoolWorkerView found = new Pool(client).get(options, worker);
            client.delete("pool/workers/" + found.id(), Optional.empty());
            options.print(found, out -> out.println("revoked " + found.id()));
            return ExitCode.OK;
        }
    }

    private static List<String> row(PoolWorkerView worker) {
        return List.of(
                worker.id().toString(),
                Table.cell(worker.name()),
                Table.cell(worker.state()),
                Integer.toString(worker.running().size()),
                Integer.toString(worker.slots()),
                words(worker.executors()),
                words(worker.tags()),
                Table.cell(worker.lastSeenAt()));
    }

    private static void print(PrintWriter out, PoolWorkerView worker) {
        out.println("worker " + worker.id() + " " + Table.cell(worker.name()) + ": " + Table.cell(worker.state())
                + (worker.local() ? ", in the server" : ""));
        Table.rows(
                out,
                List.of(
                        List.of("  version", Table.cell(worker.version())),
                        List.of("  executors", words(worker.executors())),
                        List.of("  capabilities", words(worker.capabilities())),
                        List.of("  tags", words(worker.tags())),
                        List.of("  slots", Integer.toString(worker.slots())),
                        List.of("  enrolled", Table.cell(worker.enrolledAt())),
                        List.of("  attached", Table.cell(worker.attachedAt())),
                        List.of("  last seen", Table.cell(worker.lastSeenAt())),
                        List.of("  fingerprint", Table.cell(worker.fingerprint()))));
        Table.print(
                out,
                List.of("RUN", "STAGE", "SUBSTAGE", "ATTEMPT", "JOB"),
                worker.running().stream().map(WorkerCommand::row).toList());
    }

    private static List<String> row(Running job) {
        return List.of(
                job.run().toString(),
                Table.cell(job.stage()),
                Table.cell(job.substage()),
                Integer.toString(job.attempt()),
                job.job().toString());
    }

    private static String words(List<?> words) {
        return words.isEmpty()
                ? "-"
                : Terminal.clean(
                        String.join(" ", words.stream().map(Object::toString).toList()));
    }
}
