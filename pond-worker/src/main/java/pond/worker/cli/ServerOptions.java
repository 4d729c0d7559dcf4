package pond.worker.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import pond.worker.transport.HttpSettings;
import pond.worker.transport.ServerAddress;

/** Where the server is, and where this worker keeps things: what every command may need to know. */
final class ServerOptions {
    @Option(names = "--server", paramLabel = "URL", description = "The pond server (POND_WORKER_SERVER).")
    @Nullable
    String server;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description = "Certificates in PEM to trust beside the system's (POND_WORKER_CA_FILE).")
    @Nullable
    String caFile;

    @Option(
            names = "--insecure-http",
            description = "Allow plain http beyond this machine, which shows the bearer and all data to the network"
                    + " (POND_WORKER_INSECURE_HTTP=true).")
    boolean insecureHttp;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "Where the worker keeps its identity and its jobs' folders, for one worker at a time"
                    + " (POND_WORKER_STATE_DIR, default .pond-worker-state).")
    @Nullable
    String stateDir;

    @Option(
            names = "--min-free-mib",
            paramLabel = "N",
            description = "Take no job while the disk of the state folder has less room, in MiB"
                    + " (POND_WORKER_MIN_FREE_MIB, default 256).")
    @Nullable
    String minFreeMib;

    @Option(names = "--json", description = "Print JSON, one object a line (POND_WORKER_JSON=true).")
    boolean json;

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            description =
                    "How the log is written: text, or json, one object a line (POND_WORKER_LOG_FORMAT, default text).")
    @Nullable
    String logFormat;

    /** Whether the log is JSON; throws as {@link #http}. */
    boolean logsJson() {
        if (logFormat != null && !logFormat.equals("text") && !logFormat.equals("json")) {
            throw new IllegalArgumentException(
                    Complaint.about("--log-format", "takes text or json, not '" + logFormat + "'"));
        }
        return json || "json".equals(logFormat);
    }

    /** Throws {@link IllegalArgumentException} with one line when an option is not good; so do all below. */
    Optional<HttpSettings> http() {
        if (server == null) {
            return Optional.empty();
        }
        try {
            ServerAddress address = ServerAddress.of(server, insecureHttp);
            return Optional.of(new HttpSettings(address, caFile(), VersionProvider.version(), InstantSource.system()));
        } catch (IllegalArgumentException e) {
            String said = String.valueOf(e.getMessage());
            throw said.startsWith("--") ? e : new IllegalArgumentException(Complaint.about("--server", said), e);
        }
    }

    private Optional<Path> caFile() {
        if (caFile == null) {
            return Optional.empty();
        }
        Path file = path("--ca-file", caFile);
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new IllegalArgumentException(
                    Complaint.about("--ca-file", "takes a file that can be read, not '" + caFile + "'"));
        }
        return Optional.of(file);
    }

    Path stateFolder() {
        return path("--state-dir", stateDir == null ? ".pond-worker-state" : stateDir);
    }

    long minFreeBytes() {
        return number("--min-free-mib", minFreeMib == null ? "256" : minFreeMib, 0, 1 << 30) << 20;
    }

    static Path path(String option, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(Complaint.about(option, "takes a path"), e);
        }
    }

    static long number(String option, String text, long least, long most) {
        if (text.matches("\\d{1,12}")) {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new IllegalArgumentException(
                Complaint.about(option, "takes a whole number from %d to %d, not '%s'".formatted(least, most, text)));
    }
}
