package pond.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    private List<String> text() {
        return PrometheusText.of(metrics.read()).lines().toList();
    }

    @Test
    void countersAreNamedWithUnitAndWord() {
        Counter bytes = metrics.counter("pond.things.size", "By", "Bytes of things.");
        Counter cents = metrics.counter("pond.cost_cents", "{cent}", "Cost.", "model");
        bytes.add(3);
        bytes.add(4);
        cents.add(0.25, "m");

        assertThat(text())
                .containsExactly(
                        "# HELP pond_cost_cents_total Cost.",
                        "# TYPE pond_cost_cents_total counter",
                        "pond_cost_cents_total{model=\"m\"} 0.25",
                        "# HELP pond_things_size_bytes_total Bytes of things.",
                        "# TYPE pond_things_size_bytes_total counter",
                        "pond_things_size_bytes_total 7");
    }

    @Test
    void bucketsAddUp() {
        Histogram sizes = metrics.histogram("sizes", "{thing}", "Sizes.", new double[] {1, 2}, "kind");
        List.of(0.5, 1.0, 2.0, 7.0).forEach(value -> sizes.record(value, "a"));

        assertThat(text())
                .endsWith(
                        "sizes_bucket{kind=\"a\",le=\"1\"} 2",
                        "sizes_bucket{kind=\"a\",le=\"2\"} 3",
                        "sizes_bucket{kind=\"a\",le=\"+Inf\"} 4",
                        "sizes_sum{kind=\"a\"} 10.5",
                        "sizes_count{kind=\"a\"} 4");
    }

    @Test
    void timesAreInSeconds() {
        Histogram times = metrics.histogram("times", "s", "Times.", new double[] {1});
        times.record(Duration.ofMillis(1_500));

        assertThat(text()).contains("times_seconds_sum 1.5", "times_seconds_bucket{le=\"1\"} 0");
    }

    @Test
    void whatCallersWriteCannotBreakALine() {
        metrics.counter("things", "", "A \\ and\na break.", "name").add(1, "a\"b\\c\nd");

        assertThat(text())
                .containsExactly(
                        "# HELP things_total A \\\\ and\\na break.",
                        "# TYPE things_total counter",
                        "things_total{name=\"a\\\"b\\\\c\\nd\"} 1");
    }

    @Test
    void aGaugeThatFailsLeavesTheOthersThere() {
        metrics.gauge("bad", "", "Fails.", () -> {
            throw new IllegalStateException("planted");
        });
        metrics.gauge("good", "", "Works.", () -> 1);

        assertThat(text()).containsExactly("# HELP good Works.", "# TYPE good gauge", "good 1");
    }

    @Test
    void aNameIsGivenOnce() {
        metrics.gauge("one", "", "First.", () -> 1);

        assertThatThrownBy(() -> metrics.counter("one", "", "Second."))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one");
    }

    @Test
    void seriesAreBoundedHoweverManyValuesCome() {
        Counter counter = metrics.counter("things", "", "Things.", "name");
        for (int i = 0; i < 3_000; i++) {
            counter.add(1, "n" + i);
        }

        assertThat(counter.points()).hasSize(2_001).contains(new Point.Value(List.of("_other"), 1_000));
    }

    @Test
    void chosenNamesAreBounded() {
        Names names = new Names(2);

        assertThat(names.bounded("a")).isEqualTo("a");
        assertThat(names.bounded("x".repeat(129))).isEqualTo("_other");
        assertThat(names.bounded("b")).isEqualTo("b");
        assertThat(names.bounded("c")).isEqualTo("_other");
        assertThat(names.bounded("a")).isEqualTo("a");
    }
}
