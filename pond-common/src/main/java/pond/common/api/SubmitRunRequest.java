package pond.common.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pond.common.definition.Definition;
import pond.common.definition.DefinitionRules;
import pond.common.definition.SourceRules;
import pond.common.definition.SourceSpec;
import pond.common.ids.LabelMatch;
import pond.common.ids.ProjectId;
import pond.common.json.Json;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;

/**
 * The body of {@code POST /v1/runs} and of {@code POST /v1/runs/preflight}, checked as far as that needs no server.
 *
 * @param definition the workflow, checked
 * @param definitionJson the same as the caller wrote it, to be kept and shown
 * @param sha a full commit id that pins the first git source
 * @param context anything the caller wants to find again
 * @param callback whom to tell of the end of the run
 */
public record SubmitRunRequest(
        @Nullable ProjectId projectId,
        String trigger,
        Definition definition,
        JsonNode definitionJson,
        List<SourceSpec> sources,
        @Nullable String sha,
        @Nullable JsonNode context,
        Map<String, String> labels,
        @Nullable Callback callback) {
    private static final int MAX_LABELS = 64;
    private static final int MAX_CONTEXT_BYTES = 64 * 1024;
    private static final Pattern TRIGGER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    public SubmitRunRequest {
        sources = List.copyOf(sources);
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }

    /** Reads a body; empty when there is an error among the problems added. */
    public static Optional<SubmitRunRequest> read(JsonNode body, Problems problems) {
        Optional<Fields> object = Fields.of(body, "", problems.about(ProblemCode.REQUEST_INVALID));
        if (object.isEmpty()) {
            return Optional.empty();
        }
        Fields fields = object.get();
        Optional<ProjectId> project = projectId(fields);
        String trigger = trigger(fields);
        Optional<JsonNode> definitionJson = fields.value("definition");
        Optional<Definition> definition = definition(fields, problems);
        List<SourceSpec> sources = sources(fields, problems);
        Optional<String> sha = sha(fields);
        Optional<JsonNode> context = context(fields);
        Map<String, String> labels = labels(fields);
        Optional<Callback> callback = callback(fields, problems);
        fields.end();
        if (problems.hasErrors() || definition.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new SubmitRunRequest(
                project.orElse(null),
                trigger,
                definition.get(),
                definitionJson.orElseThrow(),
                sources,
                sha.orElse(null),
                context.orElse(null),
                labels,
                callback.orElse(null)));
    }

    private static Optional<Definition> definition(Fields fields, Problems problems) {
        Fields reporting = fields.reportingTo(problems.about(ProblemCode.DEFINITION_INVALID));
        Optional<JsonNode> json = reporting.value("definition");
        if (json.isEmpty() || !json.get().isObject()) {
            reporting.report("definition", json.isEmpty() ? "is required" : "must be an object");
            return Optional.empty();
        }
        return DefinitionRules.read(json.get(), problems);
    }

    private static Optional<ProjectId> projectId(Fields fields) {
        return fields.string("projectId").flatMap(text -> {
            Optional<ProjectId> project = ProjectId.parse(text);
            if (project.isEmpty()) {
                fields.report("projectId", "must have 1 to 128 printable characters");
            }
            return project;
        });
    }

    private static String trigger(Fields fields) {
        Optional<String> trigger = fields.string("trigger");
        trigger.filter(text -> !TRIGGER.matcher(text).matches())
                .ifPresent(text -> fields.report(
                        "trigger", "must be a word of at most 64 letters, digits and '.', '_', ':', '/', '-'"));
        return trigger.orElse("api");
    }

    private static List<SourceSpec> sources(Fields fields, Problems problems) {
        SourceRules rules = new SourceRules();
        return fields.reportingTo(problems.about(ProblemCode.SOURCE_INVALID))
                .items(
                        known(fields, "sources"),
                        SourceRules.MAX_SOURCES,
                        (node, path) -> Fields.of(node, path, problems.about(ProblemCode.SOURCE_INVALID))
                                .flatMap(rules::read));
    }

    /** Marks a field that is read through another reporter as known to this reader. */
    private static String known(Fields fields, String name) {
        fields.value(name);
        return name;
    }

    private static Optional<String> sha(Fields fields) {
        Optional<String> sha = fields.string("sha");
        if (sha.isPresent() && !COMMIT.matcher(sha.get()).matches()) {
            fields.report("sha", "must be a full commit id of 40 lower-case hex digits");
        } else if (sha.isPresent() && !asksForGit(fields)) {
            fields.report("sha", "pins the first git source, and there is none");
        }
        return sha;
    }

    /** Looks at what was asked for, not at what could be read: a git source with a mistake is no second mistake. */
    private static boolean asksForGit(Fields fields) {
        return fields.value("sources").stream()
                .flatMap(JsonNode::valueStream)
                .anyMatch(source -> source.path("kind").asText().equals("git_https"));
    }

    private static Optional<JsonNode> context(Fields fields) {
        Optional<JsonNode> context = fields.value("context");
        context.filter(value -> Json.write(value).getBytes(StandardCharsets.UTF_8).length > MAX_CONTEXT_BYTES)
                .ifPresent(value -> fields.report("context", "is larger than 64 KiB of JSON"));
        return context;
    }

    private static Optional<Callback> callback(Fields fields, Problems problems) {
        return fields.value("callback")
                .flatMap(node -> Fields.of(node, "callback", problems.about(ProblemCode.CALLBACK_INVALID)))
                .flatMap(Callback::read);
    }

    private static Map<String, String> labels(Fields fields) {
        Map<String, String> labels = fields.stringMap("labels", MAX_LABELS);
        labels.forEach((key, value) -> {
            if (!LabelMatch.isKey(key)) {
                fields.report("labels", "has a key that is not 1 to 63 letters, digits, '.', '_', '/' or '-'");
            } else if (value.length() > LabelMatch.MAX_VALUE) {
                fields.report(
                        "labels", "has a value of more than " + LabelMatch.MAX_VALUE + " characters for '" + key + "'");
            }
        });
        return labels;
    }
}
