package pond.server.backup;

import pond.server.db.Migrator;

/** What this program makes of each database, and so the newest of each that it knows. */
public record Schemas(Migrator pond, Migrator logs) {}
