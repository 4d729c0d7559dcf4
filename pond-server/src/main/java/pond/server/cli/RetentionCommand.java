package pond.server.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import pond.common.json.Json;
import pond.server.cli.text.Table;
import pond.server.config.SettingException;
import pond.server.db.StorageRefusedException;
import pond.server.retention.RetentionPlan;
import pond.server.retention.RetentionPlan.OfProject;
import pond.server.retention.RetentionPlan.Sum;

/** {@code retention --dry-run}, on the state folder of this machine; a server may be running on it. */
@Command(
        name = "retention",
        description = "Say what the next retention pass would remove from the local state folder; changes nothing.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "It reads the POND_RETENTION_ variables of its own environment: give it those that the server has, or others"
                    + " to see what they would do. A server may be running."
        })
public final class RetentionCommand implements Callable<Integer> {
    @Option(names = "--dry-run", required = true, description = "Needed: it is the server that removes.")
    boolean dryRun;

    @Option(names = "--state-dir", paramLabel = "DIR", description = "The state folder (POND_STATE_DIR, .pond-state).")
    @Nullable
    String stateDir;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Spec
    @Nullable
    CommandSpec spec;

    private final Planner planner;

    /** Looks at a state folder. */
    public interface Planner {
        /**
         * What would be removed now.
         *
         * @param stateDir null: the one that the environment names
         * @throws IOException when there is no state there
         */
        RetentionPlan plan(@Nullable String stateDir) throws IOException;
    }

    public RetentionCommand(Planner planner) {
        this.planner = planner;
    }

    @Override
    public Integer call() throws IOException {
        try {
            print(planner.plan(stateDir));
            return ExitCode.OK;
        } catch (SettingException e) {
            line().getErr().println("pond-server: " + e.getMessage());
            return ExitCode.USAGE;
        } catch (StorageRefusedException e) {
            line().getErr().println("pond-server: " + e.getMessage());
            return ExitCode.FAILED;
        }
    }

    private void print(RetentionPlan plan) {
        if (json) {
            line().getOut().println(Json.write(plan));
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        for (OfProject each : plan.projects()) {
            rows.add(row(Table.cell(each.project()), each.sum()));
        }
        rows.add(row("total", plan.total()));
        Table.print(
                line().getOut(),
                List.of("PROJECT", "RUNS", "LOGS", "LOG BYTES", "ARTIFACTS OF RUNS", "ARTIFACT BYTES"),
                rows);
    }

    private static List<String> row(String name, Sum sum) {
        return List.of(
                name,
                Integer.toString(sum.runs()),
                Integer.toString(sum.logs()),
                Long.toString(sum.logBytes()),
                Integer.toString(sum.artifacts()),
                Long.toString(sum.artifactBytes()));
    }

    private CommandLine line() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        return spec.commandLine();
    }
}
