package pond.server.cli;

import java.io.IOException;
import java.nio.file.Path;
import pond.server.keys.KeyService;

/** The keys in a state folder, open for one command. */
public interface Keys extends AutoCloseable {
    KeyService service();

    @Override
    void close();

    /** Opens the state folder beside a server that may be running on it. */
    interface Opener {
        Keys open(Path stateDir) throws IOException;
    }
}
