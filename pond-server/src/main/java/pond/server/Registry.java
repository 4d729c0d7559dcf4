package pond.server;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.server.audit.AuditLog;
import pond.server.config.ServerConfig;
import pond.server.config.SourceKeyFile;
import pond.server.credentials.Credentials;
import pond.server.db.StateDir;
import pond.server.harnesses.Harnesses;
import pond.server.models.Models;
import pond.server.sealing.SourceKey;

/** What operators have registered for AI agents, and the key that seals their secrets. */
record Registry(SourceKey sourceKey, AuditLog audit, Harnesses harnesses, Models models, Credentials credentials) {
    private static final Logger log = LoggerFactory.getLogger(Registry.class);

    static Registry open(ServerConfig config, Storage storage, InstantSource clock) throws IOException {
        SourceKey sourceKey = sourceKey(config, storage.state());
        AuditLog audit = new AuditLog(storage.database(), clock);
        Harnesses harnesses = new Harnesses(storage.database(), audit, clock);
        Models models = new Models(storage.database(), audit, clock);
        Credentials credentials = new Credentials(storage.database(), sourceKey, models::listUsersOf, audit, clock);
        return new Registry(sourceKey, audit, harnesses, models, credentials);
    }

    private static SourceKey sourceKey(ServerConfig config, StateDir state) throws IOException {
        Optional<byte[]> given = config.sourceKey();
        if (given.isPresent()) {
            return new SourceKey(given.get());
        }
        byte[] key = SourceKeyFile.readOrCreate(state.root());
        Optional<byte[]> next = SourceKeyFile.readNext(state.root());
        if (next.isPresent()) {
            log.warn("a change of the source key has not ended; stop the server and run rotate-source-key again");
            return new SourceKey(key, next.get());
        }
        return new SourceKey(key);
    }
}
