package pond.common.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.util.List;
import pond.common.json.Json;
import pond.common.problems.Problems;

/** Reads definitions written with single quotes, and shows problems as one line each. */
final class Readings {
    private Readings() {}

    static JsonNode json(String singleQuoted) {
        try {
            return Json.strict().readTree(singleQuoted.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The definition; fails the test when it has a problem. */
    static Definition definition(String singleQuoted) {
        Problems problems = new Problems();
        return DefinitionRules.read(json(singleQuoted), problems)
                .filter(read -> problems.list().isEmpty())
                .orElseThrow(() -> new AssertionError(lines(problems)));
    }

    /** Each problem as {@code code | stage | field | message}. */
    static List<String> problems(String singleQuoted) {
        Problems problems = new Problems();
        DefinitionRules.read(json(singleQuoted), problems);
        return lines(problems);
    }

    /** Problems of the one stage {@code a} with this executor, without the {@code stage 'a'} that all begin with. */
    static List<String> executorProblems(String executor) {
        return problems("{'stages': [{'key': 'a', 'executor': " + executor + "}]}").stream()
                .map(line -> line.replaceFirst(" \\| a \\| stages\\[0]\\.executor(\\.|$| )", " | ")
                        .replaceFirst("stage 'a': ", ""))
                .toList();
    }

    static List<String> lines(Problems problems) {
        return problems.list().stream()
                .map(problem ->
                        problem.code() + " | " + problem.stage() + " | " + problem.field() + " | " + problem.message())
                .toList();
    }
}
