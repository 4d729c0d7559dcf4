package pond.server.telemetry;

/** What is sent elsewhere; closing sends what has not been sent, for a few seconds at most. */
public interface Export extends AutoCloseable {
    /** Where nothing is sent. */
    Export NONE = new Export() {
        @Override
        public Spans spans() {
            return Spans.NONE;
        }

        @Override
        public void close() {}
    };

    Spans spans();

    @Override
    void close();
}
