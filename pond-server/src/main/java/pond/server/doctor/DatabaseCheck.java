package pond.server.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import pond.server.db.DatabaseReport;
import pond.server.db.Migrator;
import pond.server.db.StorageRefusedException;
import pond.server.db.StorageRefusedException.Reason;

/** One database file: its schema, whether it is sound, and what it takes. */
final class DatabaseCheck {
    /** A server cuts its WAL back to this; more of it means that somebody holds it open. */
    private static final long LONG_WAL_BYTES = 64L << 20;

    private DatabaseCheck() {}

    static Check of(Path file, Migrator migrator) {
        String name = String.valueOf(file.getFileName());
        if (!Files.exists(file)) {
            return Check.ok(name, "not there yet; the first start makes it");
        }
        try {
            return judge(name, DatabaseReport.of(file, migrator));
        } catch (StorageRefusedException e) {
            return Check.no(name, e.getMessage() + "; " + remedy(e.reason()));
        }
    }

    private static String remedy(Reason reason) {
        return switch (reason) {
            case DAMAGED -> "stop the server and restore a backup";
            case NEWER_SCHEMA, MIGRATION_CHANGED, MIGRATION_FAILED -> "use the version that it belongs to";
            case NO_ROOM -> "make room on the disk";
            case NOT_ACCESSIBLE, IN_USE -> "run as its owner, and when nothing else has it";
        };
    }

    private static Check judge(String name, DatabaseReport report) {
        if (!report.damage().isEmpty()) {
            return Check.no(name, "damaged: " + report.damage() + "; stop the server and restore a backup");
        }
        String sizes = "%s, sound, %d MiB with %d MiB that could be given back, WAL %d MiB"
                .formatted(
                        report.schema().isEmpty() ? "empty" : "schema " + report.schema(),
                        mebibytes(report.bytes()),
                        mebibytes(report.freeBytes()),
                        mebibytes(report.walBytes()));
        if (report.missing() > 0) {
            return Check.warning(
                    name,
                    sizes + "; the next start changes it by " + report.missing() + " scripts, and copies it first");
        }
        return report.walBytes() > LONG_WAL_BYTES
                ? Check.warning(
                        name, sizes + ", which something holds open; look for long reads, or restart the server")
                : Check.ok(name, sizes);
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 19)) >> 20;
    }
}
