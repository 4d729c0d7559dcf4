package pond.server.cli.keys;

import java.io.IOException;
import java.nio.file.Path;
import pond.server.keys.KeyService;

/** The keys in a state folder, open for one command. */
public interface Keys extends AutoCloseable {
    /** Mints, lists and revokes them; good until this is closed. */
    KeyService service();

    @Override
    void close();

    /** Opens the state folder beside a server that may be running on it. */
    interface Opener {
        /**
         * Opens one.
         *
         * @throws IOException when it cannot be made or used
         */
        Keys open(Path stateDir) throws IOException;
    }
}
