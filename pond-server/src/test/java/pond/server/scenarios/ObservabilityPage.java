package pond.server.scenarios;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the page about observability says, read from its tables. */
final class ObservabilityPage {
    private static final Pattern NAME = Pattern.compile("`([a-z][a-z0-9_.]*)`");
    private static final Set<String> TYPES = Set.of("counter", "gauge", "histogram");

    private final List<List<String>> rows;

    ObservabilityPage() {
        try (InputStream page = ObservabilityPage.class.getResourceAsStream("/docs/observability.md")) {
            String text = new String(Objects.requireNonNull(page).readAllBytes(), StandardCharsets.UTF_8);
            rows = text.lines()
                    .filter(line -> line.startsWith("| "))
                    .map(line -> Arrays.stream(line.substring(1).split("\\|", -1))
                            .map(String::strip)
                            .toList())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A metric as its row has it. */
    record Metric(String name, String type, String unit, Set<String> attributes) {
        /** By the rule of the page. */
        String prometheusName() {
            String unitWord = unit.equals("s") ? "_seconds" : unit.equals("By") ? "_bytes" : "";
            return name.replace('.', '_') + unitWord + (type.equals("counter") ? "_total" : "");
        }

        Set<String> labels() {
            return attributes.stream().map(one -> one.replace('.', '_')).collect(Collectors.toSet());
        }
    }

    List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        for (List<String> row : rows) {
            if (row.size() > 4 && TYPES.contains(row.get(1))) {
                metrics.add(new Metric(name(row.get(0)), row.get(1), row.get(2), names(row.get(3))));
            }
        }
        return metrics;
    }

    /** The attributes of each span by its name; that of requests is {@code request}. */
    Map<String, Set<String>> spans() {
        Map<String, Set<String>> spans = new TreeMap<>();
        for (List<String> row : rows) {
            if (row.get(0).startsWith("`run.")) {
                spans.put(name(row.get(0)), names(row.get(2)));
            } else if (row.get(0).startsWith("the method and the route")) {
                spans.put("request", names(row.get(2)));
            }
        }
        return spans;
    }

    /** Every field of a line of the log. */
    Set<String> logFields() {
        return rows.stream()
                .filter(row -> row.size() == 3 && row.get(0).matches("`[a-z_]+`(, `[a-z_]+`)*"))
                .flatMap(row -> names(row.get(0)).stream())
                .collect(Collectors.toSet());
    }

    private static String name(String cell) {
        return names(cell).iterator().next();
    }

    private static Set<String> names(String cell) {
        return NAME.matcher(cell).results().map(found -> found.group(1)).collect(Collectors.toSet());
    }
}
