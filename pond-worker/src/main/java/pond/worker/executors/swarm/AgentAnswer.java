package pond.worker.executors.swarm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import pond.common.json.Json;
import pond.common.swarm.OutputRule;

/** Finds the agent's last answer in what it printed, by the rule of its harness. Stateless. */
final class AgentAnswer {
    private AgentAnswer() {}

    /**
     * The answer.
     *
     * @throws SwarmFailure {@code no_result_block} when no record has one, {@code result_unparsable} when the output is no
     *     JSON where it should be
     */
    static String in(Transcript transcript, OutputRule rule) throws SwarmFailure {
        return switch (rule.format()) {
            case TEXT -> transcript.text();
            case JSON -> ofDocument(transcript, rule);
            case JSONL -> ofLines(transcript.text(), rule);
        };
    }

    private static String ofDocument(Transcript transcript, OutputRule rule) throws SwarmFailure {
        if (transcript.cut()) {
            throw new SwarmFailure(
                    "result_unparsable",
                    "the agent's output is one JSON document of more than " + (Transcript.MAX_BYTES >> 20) + " MiB");
        }
        JsonNode document;
        try {
            document = Json.lenient().readTree(transcript.text());
        } catch (JsonProcessingException e) {
            throw new SwarmFailure("result_unparsable", "the agent's output is no JSON: " + JsonPlace.of(e, 0));
        }
        return document.isArray()
                ? ofRecords(document, rule)
                : answer(document, rule).orElseThrow(() -> none(rule));
    }

    private static String ofRecords(JsonNode records, OutputRule rule) throws SwarmFailure {
        for (int i = records.size() - 1; i >= 0; i--) {
            Optional<String> answer = answer(records.get(i), rule);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        throw none(rule);
    }

    /** From the end: the last record is the one that counts, and a long transcript need not be read as a whole. */
    private static String ofLines(String text, OutputRule rule) throws SwarmFailure {
        int end = text.length();
        while (end > 0) {
            int start = text.lastIndexOf('\n', end - 1) + 1;
            Optional<String> answer = record(text.substring(start, end)).flatMap(record -> answer(record, rule));
            if (answer.isPresent()) {
                return answer.get();
            }
            end = start - 1;
        }
        throw none(rule);
    }

    private static Optional<JsonNode> record(String line) {
        if (line.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.lenient().readTree(line));
        } catch (JsonProcessingException e) {
            // Programs print warnings between their records.
            return Optional.empty();
        }
    }

    private static Optional<String> answer(JsonNode record, OutputRule rule) {
        return rule.matches(record) ? rule.answer(record) : Optional.empty();
    }

    private static SwarmFailure none(OutputRule rule) {
        return new SwarmFailure(
                "no_result_block",
                "the agent's output has no record with a text in '" + rule.field()
                        + "' that its harness takes for the last answer");
    }
}
