package pond.server;

import java.time.InstantSource;
import pond.server.db.Migrator;

/** The server's own schema, for tests of rooms that need all of it. */
public final class TestSchema {
    private TestSchema() {}

    public static Migrator pond(InstantSource clock) {
        return Schema.pond(clock);
    }

    public static Migrator logs(InstantSource clock) {
        return Schema.logs(clock);
    }
}
