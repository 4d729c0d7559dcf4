package pond.worker.sandbox.bubblewrap;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.json.Json;

/**
 * What bubblewrap tells of one sandbox, through a descriptor that it closes before the command runs: no stage can write
 * there.
 */
final class SandboxStatus {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxStatus.class);

    private final Path file;

    SandboxStatus(Path file) {
        this.file = file;
    }

    /** The process that is the first one inside, by its number outside; empty until it is there. */
    Optional<Long> childPid() {
        return find("child-pid").map(Long::valueOf);
    }

    /** How the command ended; empty as long as it runs, and for good when it never ran. */
    Optional<Integer> exitCode() {
        return find("exit-code").map(Integer::valueOf);
    }

    /** The output is a JSON object a line; a line without its end is not complete yet. */
    private Optional<String> find(String name) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return Optional.empty(); // The shell that opens it has not come so far.
        } catch (IOException e) {
            // What it does not say did not happen: a command whose end is not told counts as one that never ran.
            LOG.error("the status of a sandbox cannot be read", e);
            return Optional.empty();
        }
        String complete = text.substring(0, text.lastIndexOf('\n') + 1);
        return complete.lines()
                .filter(line -> line.contains("\"" + name + "\""))
                .map(Json::readTree)
                .map(node -> node.path(name))
                .filter(JsonNode::isIntegralNumber)
                .map(JsonNode::asText)
                .findFirst();
    }
}
