package pond.common.definition;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;
import pond.common.problems.Problems.Reporter;

/**
 * Reads a definition and says everything that is wrong with its shape. What it returns is whole: a stage that could not
 * be read is reported and the definition is not returned.
 */
public final class DefinitionRules {
    /** More stages than this in one run are a mistake, or a fan-out that wants to be one. */
    public static final int MAX_STAGES = 200;

    private static final int MAX_EDGES = 2_000;
    private static final int MAX_TEXT = 200;
    private static final int MAX_ATTEMPTS = 10;
    private static final int MAX_BACKOFF_SEC = 3_600;
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

    private final Problems problems;
    private final Set<String> keys = new HashSet<>();

    private DefinitionRules(Problems problems) {
        this.problems = problems;
    }

    /**
     * Reads the object that is a body's {@code definition}; empty when a part of it could not be read. Fields are named
     * from there on: {@code stages[0].key}.
     */
    public static Optional<Definition> read(JsonNode definition, Problems problems) {
        return new DefinitionRules(problems).definition(definition);
    }

    private Optional<Definition> definition(JsonNode node) {
        Optional<Fields> fields = Fields.of(node, "", problems.about(ProblemCode.DEFINITION_INVALID));
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        JsonNode list = node.path("stages");
        int given = list.size();
        List<StageSpec> stages = fields.get().items("stages", MAX_STAGES, this::stage);
        List<Edge> edges = fields.get().items("edges", MAX_EDGES, this::edge);
        Optional<Budget> budget = fields.get().object("budget").map(Budget::read);
        fields.get().end();
        if (given == 0 && (list.isArray() || fields.get().value("stages").isEmpty())) {
            fields.get().report("stages", "must list at least one stage");
        }
        if (stages.size() != given || stages.isEmpty()) {
            return Optional.empty();
        }
        List<Edge> order =
                edges.isEmpty() ? chain(stages) : edges.stream().distinct().toList();
        if (keys.size() < stages.size()) {
            // A key that is used twice is reported by now; a cycle through it would be no second mistake.
            return Optional.empty();
        }
        new StageOrder(stages.stream().map(StageSpec::key).toList(), order)
                .cycle()
                .ifPresent(cycle -> fields.get()
                        .report(
                                "edges",
                                "make a cycle: " + String.join(" -> ", cycle) + "; remove one of these edges"));
        return Optional.of(new Definition(stages, order, budget.orElse(null)));
    }

    private static List<Edge> chain(List<StageSpec> stages) {
        List<Edge> edges = new ArrayList<>();
        for (int i = 1; i < stages.size(); i++) {
            edges.add(new Edge(stages.get(i - 1).key(), stages.get(i).key()));
        }
        return edges;
    }

    private Optional<StageSpec> stage(JsonNode node, String path) {
        Reporter reporter = problems.about(ProblemCode.DEFINITION_INVALID);
        Optional<Fields> object = Fields.of(node, path, reporter);
        if (object.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> key = key(object.get());
        Fields fields = object.get().reportingTo(key.map(reporter::aboutStage).orElse(reporter));
        Optional<String> name = text(fields, "name");
        Optional<String> category = text(fields, "category");
        Optional<Integer> timeout = fields.integer("timeout_sec", 1, ExecutorRules.MAX_TIMEOUT_SEC);
        RetrySpec retry = fields.object("retry").map(DefinitionRules::retry).orElse(RetrySpec.NONE);
        Optional<ExecutorRules.Read> executor = executor(fields);
        fields.end();
        if (key.isEmpty() || executor.isEmpty()) {
            return Optional.empty();
        }
        Optional<Integer> own = executor.get().timeoutSec();
        if (timeout.isPresent() && own.isPresent()) {
            fields.report("timeout_sec", "stands on the stage and on its executor; keep one of them");
        }
        int seconds = timeout.or(() -> own).orElse(executor.get().defaultTimeoutSec());
        return Optional.of(new StageSpec(
                key.get(),
                name.orElse(key.get()),
                category.orElse(null),
                executor.get().spec(),
                Duration.ofSeconds(seconds),
                retry));
    }

    private Optional<String> key(Fields fields) {
        Optional<String> key = fields.requiredString("key");
        if (key.isEmpty()) {
            return key;
        }
        if (!KEY.matcher(key.get()).matches()) {
            fields.report("key", "must begin with a letter or digit and have at most 64 letters, digits, '_' or '-'");
            return Optional.empty();
        }
        if (!keys.add(key.get())) {
            fields.reportingTo(fields.reporter().aboutStage(key.get()))
                    .report("key", "is used by an earlier stage too; keys must be unique");
        }
        return key;
    }

    private static Optional<ExecutorRules.Read> executor(Fields stage) {
        if (stage.value("executor").isEmpty()) {
            stage.report("executor", "is required, such as {\"kind\": \"noop\"}");
            return Optional.empty();
        }
        return stage.reportingTo(stage.reporter().as(ProblemCode.EXECUTOR_INVALID))
                .object("executor")
                .flatMap(ExecutorRules::read);
    }

    private static RetrySpec retry(Fields fields) {
        int attempts = fields.integer("max_attempts", 1, MAX_ATTEMPTS).orElse(RetrySpec.NONE.maxAttempts());
        List<RetryOn> on = fields.listOf("on", RetryOn.class);
        int backoff = fields.integer("backoff_sec", 0, MAX_BACKOFF_SEC).orElse(RetrySpec.NONE.backoffSec());
        fields.end();
        return new RetrySpec(attempts, on.isEmpty() ? RetrySpec.NONE.on() : Set.copyOf(on), backoff);
    }

    private Optional<Edge> edge(JsonNode node, String path) {
        Optional<Fields> fields = Fields.of(node, path, problems.about(ProblemCode.DEFINITION_INVALID));
        Optional<Edge> edge = fields.flatMap(edgeFields -> {
            Optional<String> from = end(edgeFields, "from");
            Optional<String> to = end(edgeFields, "to");
            edgeFields.end();
            return from.isPresent() && to.isPresent() ? Optional.of(new Edge(from.get(), to.get())) : Optional.empty();
        });
        edge.filter(one -> one.from().equals(one.to()))
                .ifPresent(one ->
                        fields.orElseThrow().report("to", "is the stage '" + one.to() + "' that the edge comes from"));
        return edge.filter(one -> !one.from().equals(one.to()));
    }

    private Optional<String> end(Fields edge, String name) {
        return edge.requiredString(name).filter(key -> {
            if (!keys.contains(key) && !keys.isEmpty()) {
                edge.report(name, "names no stage of this definition");
            }
            return keys.contains(key);
        });
    }

    private static Optional<String> text(Fields fields, String name) {
        return fields.string(name).filter(text -> {
            if (text.length() > MAX_TEXT) {
                fields.report(name, "has more than " + MAX_TEXT + " characters");
            }
            return !text.isBlank() && text.length() <= MAX_TEXT;
        });
    }
}
