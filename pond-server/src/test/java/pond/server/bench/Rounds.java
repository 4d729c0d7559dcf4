package pond.server.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * The same thing measured several times, each time right after the machine's own limits: on a machine that others use too,
 * both move together, and a figure is judged by limits of the same minute.
 *
 * @param <T> what a round gives
 */
final class Rounds<T> {
    private final List<Machine> limits = new ArrayList<>();
    private final List<T> results = new ArrayList<>();

    private Rounds() {}

    /** Takes {@code count} rounds and reports the machine's limits in them. */
    static <T> Rounds<T> take(Site site, int count, Callable<T> round) throws Exception {
        Rounds<T> all = new Rounds<>();
        for (int i = 0; i < count; i++) {
            all.limits.add(site.limits());
            all.results.add(round.call());
        }
        site.report()
                .figure(
                        "limits: loopback round trip",
                        all.limit(machine -> machine.roundTrip().p50()) + " ms");
        site.report()
                .figure(
                        "limits: fdatasync of 4 KiB",
                        all.limit(machine -> machine.fdatasync().p50()) + " ms");
        site.report().figure("limits: group commit, 16 callers", all.limit(Machine::groupCommits) + " rows/s");
        site.report().figure("limits: sh -c true, 4 threads", all.limit(Machine::spawns) + " /s");
        if (Machine.BUBBLEWRAP) {
            site.report().figure("limits: bubblewrap by hand, 4 threads", all.limit(Machine::sandboxes) + " /s");
        }
        return all;
    }

    Figure figure(ToDoubleFunction<T> figure) {
        return Figure.of(results.stream().mapToDouble(figure));
    }

    Figure limit(ToDoubleFunction<Machine> figure) {
        return Figure.of(limits.stream().mapToDouble(figure));
    }

    double medianLimit(ToDoubleFunction<Machine> figure) {
        return limit(figure).median();
    }

    boolean all(Predicate<T> holds) {
        return results.stream().allMatch(holds);
    }
}
