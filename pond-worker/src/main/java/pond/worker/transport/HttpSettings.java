package pond.worker.transport;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/**
 * How a server is reached.
 *
 * @param caFile certificates in PEM that are trusted beside the system's
 * @param version of the worker, for the server's access log
 * @param clock for a {@code Retry-After} that names a date
 */
public record HttpSettings(ServerAddress server, Optional<Path> caFile, String version, InstantSource clock) {}
