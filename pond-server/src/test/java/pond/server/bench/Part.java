package pond.server.bench;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A part of the bench.
 *
 * @param name by which it is chosen
 * @param usual whether it is measured when none is chosen
 * @param summary what it is about
 */
record Part(String name, boolean usual, String summary, Measure measure) {
    /** In the order in which they are measured. */
    private static final List<Part> ALL = List.of(
            usual("start", "process start to first answer, and to the first run accepted", StartTimes::measure),
            usual("idle", "memory and CPU of a server and a worker that have nothing to do", Idle::measure),
            usual("runs", "noop and true runs, and submits of 16 clients", RunRates::measure),
            usual("queue", "10,000 runs at once", Queue::measure),
            usual("logs", "the first line, and 1,000,000 lines", LogTimes::measure),
            usual("stored", "what 100,000 ended and 10,000 queued runs cost every call", Stored::measure),
            usual("pollers", "what 50 clients that poll cost the runs", Pollers::measure),
            usual("remote", "a worker outside of the server: plain and sandboxed stages", Remote::measure),
            usual("sandbox", "start of a sandbox, through pond's code and by hand", Program::sandboxStart),
            usual("lost", "kill -9 of a worker", LostWorker::measure),
            usual("recovery", "kill -9 of a server with 10,000 queued runs", Recovery::measure),
            usual("followers", "500 followers of one run's events", Followers::measure),
            usual("waiting", "1,000 workers that wait for jobs", Waiting::measure),
            special("spawn", "start of a plain process, through pond's code and by hand", Program::spawnRate),
            special("checkout", "a checkout of 20,000 files to change", Program::copyCost),
            special("retention", "a pass that deletes half of 100,000 runs", Retention::measure),
            special("kills", "kill -9 of the server in mid-load, 100 times (POND_BENCH_KILLS)", Kills::measure));

    interface Measure {
        void on(Site site) throws Exception;
    }

    private static Part usual(String name, String summary, Measure measure) {
        return new Part(name, true, summary, measure);
    }

    private static Part special(String name, String summary, Measure measure) {
        return new Part(name, false, summary, measure);
    }

    /**
     * The parts with these names, in their own order; without names the usual ones.
     *
     * @throws IllegalArgumentException when there is no such part; its message lists all
     */
    static List<Part> named(List<String> names) {
        for (String name : names) {
            if (ALL.stream().noneMatch(part -> part.name.equals(name))) {
                throw new IllegalArgumentException("there is no part '" + name + "'; there are\n" + list());
            }
        }
        return ALL.stream()
                .filter(part -> names.isEmpty() ? part.usual : names.contains(part.name))
                .toList();
    }

    private static String list() {
        return ALL.stream()
                .map(part ->
                        "  %-10s %s%s".formatted(part.name, part.summary, part.usual ? "" : " (only when it is named)"))
                .collect(Collectors.joining("\n"));
    }
}
