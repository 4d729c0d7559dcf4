package pond.worker.sandbox.bubblewrap;

import java.util.List;

/** What a sandboxed stage can reach. */
public sealed interface Network {

    /** The host's network, loopback services and metadata addresses included. */
    record Host() implements Network {}

    /** A loopback interface of its own and nothing else. */
    record None() implements Network {}

    /**
     * As {@link None}, with one way out: the worker's egress proxy.
     *
     * @param allowHosts what the stage itself asks for, beside the worker's own list
     */
    record Egress(List<String> allowHosts) implements Network {
        public Egress {
            allowHosts = List.copyOf(allowHosts);
        }
    }
}
