package pond.common.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import pond.common.definition.Definition;
import pond.common.definition.DefinitionRules;
import pond.common.json.Json;
import pond.common.problems.Problems;

/** Whatever a body holds, it is read or refused with problems; what is read survives being stored. */
class AnyBodyTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> NAMES = List.of(
            "definition",
            "stages",
            "edges",
            "from",
            "to",
            "key",
            "name",
            "executor",
            "kind",
            "argv",
            "env",
            "artifacts",
            "ticks",
            "sandbox",
            "profile",
            "allow_hosts",
            "overrides",
            "memory",
            "retry",
            "on",
            "max_attempts",
            "timeout_sec",
            "sources",
            "label",
            "labels",
            "config",
            "url",
            "ref",
            "files",
            "sha",
            "context",
            "projectId",
            "trigger",
            "",
            "a.b",
            "\ud800");
    private static final List<String> SCALARS = List.of(
            "null",
            "true",
            "0",
            "1",
            "-1",
            "1.5",
            "1e999",
            "-1e-999",
            "99999999999999999999",
            "\"\"",
            "\"a\"",
            "\"noop\"",
            "\"shell\"",
            "\"swarm\"",
            "\"builtin\"",
            "\"git_https\"",
            "\"inline\"",
            "\"https://h/r\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"untrusted-code-write\"",
            "\"{a,{\"",
            "\"[\"",
            "\"" + "a.".repeat(9_000) + "\"");

    @Property
    void anyTreeIsReadOrRefusedWithProblems(@ForAll("trees") JsonNode body) {
        readNeverThrows(body);
    }

    @Property(tries = 2_000)
    void aGoodBodyWithOnePartReplacedIsReadOrRefusedWithProblems(
            @ForAll("bodies") JsonNode good, @ForAll("replacements") JsonNode replacement, @ForAll int where) {
        List<Consumer<JsonNode>> places = new ArrayList<>();
        JsonNode body = good.deepCopy();
        collectPlaces(body, places);

        places.get(Math.floorMod(where, places.size())).accept(replacement);

        readNeverThrows(body);
    }

    @Property
    void whatIsAcceptedSurvivesBeingStored(@ForAll("bodies") JsonNode body) {
        Problems problems = new Problems();
        SubmitRunRequest request =
                SubmitRunRequest.read(body, problems).orElseThrow(() -> new AssertionError(problems.list()));

        Definition definition = request.definition();
        assertThat(Json.read(Json.write(definition), Definition.class)).isEqualTo(definition);
        JsonNode stored = Json.readTree(Json.write(request.definitionJson()));
        assertThat(stored).isEqualTo(request.definitionJson());
        assertThat(DefinitionRules.read(stored, new Problems())).contains(definition);
        assertThat(Json.canonical(stored)).isEqualTo(Json.canonical(request.definitionJson()));
    }

    private static void readNeverThrows(JsonNode body) {
        Problems problems = new Problems();
        Optional<SubmitRunRequest> request = SubmitRunRequest.read(body, problems);

        assertThat(request.isEmpty()).isEqualTo(problems.hasErrors());
        assertThat(problems.list()).hasSizeLessThanOrEqualTo(100).allSatisfy(problem -> {
            assertThat(problem.field()).isNotNull();
            assertThat(problem.message()).isNotBlank().hasSizeLessThan(500);
        });
        assertThat(Json.write(problems.list())).isNotEmpty();
    }

    /** Each place of the tree, as what puts another value there. */
    private static void collectPlaces(JsonNode node, List<Consumer<JsonNode>> places) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> {
                places.add(value -> object.set(field.getKey(), value));
                collectPlaces(field.getValue(), places);
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                int index = i;
                places.add(value -> array.set(index, value));
                collectPlaces(array.get(i), places);
            }
        }
    }

    @Provide
    Arbitrary<JsonNode> trees() {
        return tree(3);
    }

    /** Mostly one of the nasty values, since there are many places and each meets them seldom. */
    @Provide
    Arbitrary<JsonNode> replacements() {
        return Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.of(SCALARS).map(AnyBodyTest::parse)), Tuple.of(1, tree(2)));
    }

    private static Arbitrary<JsonNode> tree(int depth) {
        Arbitrary<JsonNode> scalar = Arbitraries.oneOf(
                Arbitraries.of(SCALARS).map(AnyBodyTest::parse),
                Arbitraries.strings().map(NODES::textNode));
        if (depth == 0) {
            return scalar;
        }
        Arbitrary<JsonNode> list = tree(depth - 1)
                .list()
                .ofMaxSize(3)
                .map(items -> NODES.arrayNode().addAll(items));
        Arbitrary<JsonNode> object = Arbitraries.maps(Arbitraries.of(NAMES), tree(depth - 1))
                .ofMaxSize(5)
                .map(fields -> NODES.objectNode().setAll(fields));
        return Arbitraries.oneOf(scalar, list, object);
    }

    @Provide
    Arbitrary<JsonNode> bodies() {
        Arbitrary<String> retry = Arbitraries.of(
                "", ", 'retry': {}", ", 'retry': {'max_attempts': 4, 'on': ['worker_lost'], 'backoff_sec': 9}");
        Arbitrary<String> names =
                Arbitraries.of("", ", 'name': 'ä \\u0007'", ", 'category': 'x'", ", 'timeout_sec': 7");
        Arbitrary<List<String>> stages = Combinators.combine(executors(), retry, names)
                .as((executor, again, name) -> "'executor': {" + executor + "}" + again + name)
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
        Arbitrary<String> rest = Arbitraries.of(
                "",
                ", 'projectId': 'p', 'labels': {'a': 'b'}",
                ", 'context': [1.10, 1e400, {'x': null}]",
                ", 'sources': [{'label': 'l', 'kind': 'inline', 'config': {'files': {'a/b': 'text'}}}]");
        return Combinators.combine(stages, Arbitraries.of(true, false), rest).as(AnyBodyTest::body);
    }

    private static JsonNode body(List<String> stages, boolean edges, String rest) {
        List<String> keyed = new ArrayList<>();
        List<String> order = new ArrayList<>();
        for (int i = 0; i < stages.size(); i++) {
            keyed.add("{'key': 's" + i + "', " + stages.get(i) + "}");
            if (edges && i > 1) {
                order.add("{'from': 's" + (i / 2) + "', 'to': 's" + i + "'}");
            }
        }
        return parse(("{'definition': {'stages': [" + String.join(",", keyed) + "], 'edges': ["
                        + String.join(",", order) + "]}" + rest + "}")
                .replace('\'', '"'));
    }

    private static Arbitrary<String> executors() {
        return Arbitraries.of(
                "'kind': 'noop'",
                "'kind': 'noop', 'ticks': 3, 'interval_sec': 0.123456789",
                "'kind': 'builtin', 'name': 'secret_scan', 'include': ['**/*.{a,b}'], 'exclude': []",
                "'kind': 'shell', 'argv': ['sh', '-c', 'x \\\\ \\n']",
                "'kind': 'shell', 'argv': ['x'], 'env': {'Z': '', 'A': 'ä'}, 'artifacts': ['o/'], 'sandbox': {'profile': 'none'}",
                "'kind': 'swarm', 'harness': 'h', 'model': 'm', 'prompt': 'p', 'sandbox': {'profile': 'untrusted-code-read'}",
                "'kind': 'swarm', 'harness': 'h', 'model': 'm', 'prompt': 'p', 'writesArtifact': 'r', 'fanout': {'source': 'map',"
                        + " 'artifact': 'a'}, 'parse': {'fence': 'f', 'output': 'o'}, 'sandbox': {'profile':"
                        + " 'untrusted-code-write', 'allow_hosts': ['a.b:1'], 'overrides': {'cpus': '1', 'pids_limit': 5}}");
    }

    private static JsonNode parse(String json) {
        try {
            return Json.strict().readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
