package pond.server.runs;

/** Who is told of what happens to runs, on the writer's thread and after the commit; it must be quick. */
public interface RunListener {
    /** For those who are not there. */
    RunListener NONE = new RunListener() {
        @Override
        public void accepted(Run run, String trigger) {}

        @Override
        public void changed(Run before, Run now) {}
    };

    /** A run was submitted, by a caller or as a re-run. */
    void accepted(Run run, String trigger);

    /** Something about a run has changed; not always its status. */
    void changed(Run before, Run now);
}
