package pond.worker.executors.builtin;

import java.io.IOException;
import java.util.List;

/** Reads one kind of manifest. Stateless. */
@FunctionalInterface
interface ManifestParser {
    /**
     * What the manifest asks for, in its order.
     *
     * @throws IOException or a runtime exception when it is not of its form
     */
    List<Dependency> parse(String text) throws IOException;
}
