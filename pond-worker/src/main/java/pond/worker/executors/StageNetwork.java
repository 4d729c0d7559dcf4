package pond.worker.executors;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Gives sandboxed stages their way to the network. Safe for use by several threads. */
public interface StageNetwork {

    /**
     * Opens the way of one stage.
     *
     * @param allowHosts what the stage itself asks for
     * @param home the stage's home folder, for what its programs read there about the way
     * @param log takes a line for each refusal, from any thread
     * @throws IllegalArgumentException for an entry that cannot be read
     */
    Way open(List<String> allowHosts, Path home, Consumer<String> log) throws IOException;

    /** One stage's way, open until it is closed. */
    interface Way extends AutoCloseable {
        /** The unix socket that is bound into the sandbox. */
        Path socket();

        /** Variables that tell the stage's programs of it; the stage's own win over them. */
        Map<String, String> variables();

        /** The command with what leads a loopback port inside to the socket before it. */
        List<String> wrap(List<String> command);

        /** What was refused, each once. */
        List<String> refused();

        @Override
        void close() throws IOException;
    }
}
