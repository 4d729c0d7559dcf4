package pond.server;

import org.slf4j.Logger;
import pond.server.config.ServerConfig;

/** What the log says when the server is up: where, with which settings, and what is doubtful about them. */
final class Banner {
    private Banner() {}

    static void log(Logger log, ServerConfig config, String version, int port) {
        config.lines().forEach(line -> log.info("setting {}", line));
        config.warnings().forEach(log::warn);
        log.info(
                "pond {} listens on http://{}:{}, state in {}, Java {}",
                version,
                config.host().contains(":") && !config.host().startsWith("[")
                        ? "[" + config.host() + "]"
                        : config.host(),
                port,
                config.stateDir().toAbsolutePath().normalize(),
                Runtime.version());
    }
}
