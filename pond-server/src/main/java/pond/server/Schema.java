package pond.server;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import pond.server.backup.Schemas;
import pond.server.cli.VersionProvider;
import pond.server.db.Migrator;
import pond.server.db.StateDir;
import pond.server.db.UpgradeCopies;

/** The migration scripts of each database, in order. A script that was released is never changed or removed. */
final class Schema {
    private static final List<String> POND = List.of(
            "0001_create_keys.sql",
            "0002_create_runs.sql",
            "0003_create_artifacts.sql",
            "0004_create_usage.sql",
            "0005_create_workers.sql",
            "0006_create_enrollment.sql",
            "0007_create_registry.sql",
            "0008_create_invocations.sql",
            "0009_extend_keys.sql",
            "0010_create_webhooks.sql",
            "0011_create_reruns.sql",
            "0012_create_run_labels.sql",
            "0013_add_retention.sql",
            "0014_index_limits.sql",
            "0015_create_maintenance.sql");
    private static final List<String> LOGS = List.of("0001_create_logs.sql");

    private Schema() {}

    static Schemas both(InstantSource clock) {
        return new Schemas(pond(clock), logs(clock));
    }

    /** To be called before a database is opened: copies those that the opening will change. */
    static void prepareUpgrade(StateDir state, boolean copy, InstantSource clock) throws IOException {
        new UpgradeCopies(state, VersionProvider.version(), copy).take(parts(state, clock));
    }

    /** Whether opening the databases would change them; for those who only look. */
    static boolean isUpgradeDue(StateDir state, InstantSource clock) {
        return new UpgradeCopies(state, VersionProvider.version(), false).isDue(parts(state, clock));
    }

    private static List<UpgradeCopies.Part> parts(StateDir state, InstantSource clock) {
        return List.of(
                new UpgradeCopies.Part(state.pondDb(), pond(clock)),
                new UpgradeCopies.Part(state.logsDb(), logs(clock)));
    }

    /** For {@code pond.db}. */
    static Migrator pond(InstantSource clock) {
        return new Migrator("db/pond", POND, clock);
    }

    /** For {@code logs.db}. */
    static Migrator logs(InstantSource clock) {
        return new Migrator("db/logs", LOGS, clock);
    }
}
