package pond.worker.executors.swarm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import pond.common.definition.ExecutorSpec.Swarm.Parse;
import pond.common.json.Json;
import pond.common.swarm.OutputRule;

/** The result of an agent: the last block with the stage's word in its last answer, read and written anew. Stateless. */
public final class AgentResult {
    private AgentResult() {}

    /**
     * The text of the result's file: one JSON value, or one a line, each ended by LF.
     *
     * @throws SwarmFailure {@code no_result_block}; or {@code result_unparsable} with line and column in the block
     */
    public static String in(Transcript transcript, OutputRule rule, Parse parse) throws SwarmFailure {
        Fences.Found found = Fences.find(AgentAnswer.in(transcript, rule), parse.fence());
        if (found.openAtEnd()) {
            throw new SwarmFailure(
                    "no_result_block",
                    "the agent's last answer begins a block '" + parse.fence() + "' and never ends it");
        }
        String block = found.last()
                .orElseThrow(() -> new SwarmFailure(
                        "no_result_block", "the agent's last answer has no block '" + parse.fence() + "'"));
        return switch (parse.shape()) {
            case JSON -> value(block, 0) + "\n";
            case JSONL -> values(block);
        };
    }

    /** No line with a value is a result too: that there is nothing. */
    private static String values(String block) throws SwarmFailure {
        StringBuilder values = new StringBuilder();
        String[] lines = block.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (!lines[i].isBlank()) {
                values.append(value(lines[i], i)).append('\n');
            }
        }
        return values.toString();
    }

    private static String value(String text, int linesBefore) throws SwarmFailure {
        try {
            JsonNode value = Json.strict().readTree(text);
            if (value.isMissingNode()) {
                throw unparsable(JsonPlace.at(linesBefore + 1, 1, "there is no value"));
            }
            return Json.write(value);
        } catch (JsonProcessingException e) {
            throw unparsable(JsonPlace.of(e, linesBefore));
        }
    }

    private static SwarmFailure unparsable(String where) {
        return new SwarmFailure("result_unparsable", "the result block is no JSON at " + where);
    }
}
