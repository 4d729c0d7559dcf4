package pond.server.killmatrix;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import pond.server.docs.ApiDocument;

/** A call as the OpenAPI document has it, such as {@code POST /v1/runs/{id}/cancel}. */
record Call(String method, String path) implements Comparable<Call> {
    private static final String WORKER = "/v1/worker/";
    private static final Set<String> WRITING = Set.of("POST", "PUT", "PATCH", "DELETE");
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
    private static final List<Call> ALL = all(new ApiDocument().tree());

    static Call of(String text) {
        return new Call(text.substring(0, text.indexOf(' ')), text.substring(text.indexOf(' ') + 1));
    }

    /** All that workers say. */
    static Set<Call> ofWorkers() {
        return filtered(call -> call.path.startsWith(WORKER));
    }

    /** All that changes something and is not said by workers. */
    static Set<Call> writes() {
        return filtered(
                call -> call.path.startsWith("/v1/") && !call.path.startsWith(WORKER) && WRITING.contains(call.method));
    }

    /** The call that a request makes; empty when the document has none such. */
    static Optional<Call> find(String method, String path) {
        return ALL.stream()
                .filter(call -> call.method.equals(method)
                        && call.pattern().matcher(path).matches())
                .findFirst();
    }

    private static Set<Call> filtered(Predicate<Call> wanted) {
        return ALL.stream().filter(wanted).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Those without a variable first, for one may fit what another says outright. */
    private static List<Call> all(JsonNode document) {
        return document.path("paths")
                .propertyStream()
                .flatMap(path -> path.getValue()
                        .propertyStream()
                        .map(Map.Entry::getKey)
                        .map(method -> new Call(method.toUpperCase(Locale.ROOT), path.getKey())))
                .filter(call -> METHODS.contains(call.method))
                .sorted(Comparator.comparing((Call call) -> call.path.contains("{"))
                        .thenComparing(Call::compareTo))
                .toList();
    }

    private Pattern pattern() {
        return Pattern.compile(path.replaceAll("\\{[a-z0-9]+}", "[^/]+"));
    }

    @Override
    public int compareTo(Call other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
