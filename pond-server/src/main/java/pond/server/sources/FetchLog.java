package pond.server.sources;

/** Takes lines for the run's log, in order, on the fetching thread. They hold no credentials. */
@FunctionalInterface
public interface FetchLog {
    void line(String text);
}
