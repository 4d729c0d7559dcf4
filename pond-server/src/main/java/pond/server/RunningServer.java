package pond.server;

import pond.server.config.ServerConfig;

/** A server that has started: it listens, and what was queued before is being worked on. */
public interface RunningServer extends AutoCloseable {
    /** The port that it listens on. */
    int port();

    /** Stops taking requests, lets running ones finish, and gives up the state folder. May be called twice. */
    @Override
    void close();

    /**
     * Starts one.
     *
     * @see ServeCommand for the exceptions that become a line on the terminal
     */
    interface Starter {
        RunningServer start(ServerConfig config) throws Exception;
    }
}
