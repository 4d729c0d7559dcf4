package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pond.common.api.LogLine;
import pond.common.api.RunDetails;
import pond.common.api.StageStatus;
import pond.common.api.StageView;
import pond.common.definition.ExecutorKind;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.protocol.Outcome;

/** What must hold after every step of a {@link Simulation}, read from the database and from what callers are shown. */
final class SimulationChecks {
    private final Simulation simulation;
    /** Runs that have ended, as they were then. */
    private final Map<RunId, RunDetails> ended = new HashMap<>();

    private List<Row> before = List.of();
    private long lastFence;
    /** How often a project with a job that would have fitted was passed over since it last got one. */
    private final Map<String, Integer> passedOver = new HashMap<>();

    /** A job in the database. */
    private record Row(
            JobId id,
            String run,
            String project,
            String kind,
            String status,
            @Nullable String worker,
            long fence) {}

    SimulationChecks(Simulation simulation) {
        this.simulation = simulation;
    }

    void begin() {
        ended.clear();
        passedOver.clear();
        before = List.of();
    }

    void look() {
        List<Row> jobs = jobs();
        Set<String> staying = Set.copyOf(texts("SELECT id AS it FROM workers WHERE status = 'attached'"));
        // What was handed out in answer to a waiting call must reach its caller, and so must the end of the waiting.
        for (SimulatedWorker worker : simulation.workers) {
            if (worker.waits()
                    && (isAnswered(worker, jobs) || !staying.contains(String.valueOf(worker.attachment())))) {
                worker.collect();
            }
        }
        leases(jobs);
        nothingLiesWhileSomebodyWaits(jobs);
        fairness(jobs);
        simulation.runs.forEach(run -> run(run, jobs));
        before = jobs;
    }

    private static boolean isAnswered(SimulatedWorker worker, List<Row> jobs) {
        return jobs.stream()
                .anyMatch(job -> job.status().equals("leased")
                        && String.valueOf(worker.attachment()).equals(job.worker())
                        && !worker.held.containsKey(job.id())
                        && !worker.missed.contains(job.id()));
    }

    private void leases(List<Row> jobs) {
        Set<String> waits = new HashSet<>(texts("SELECT subject AS it FROM waits"));
        Map<String, Long> slots = new HashMap<>();
        simulation
                .server()
                .rooms
                .database()
                .<List<String>>read(tx -> tx.list("SELECT id, slots FROM workers WHERE ended_at IS NULL", row -> {
                    slots.put(row.text("id"), row.number("slots"));
                    return row.text("id");
                }));
        assertThat(waits).as("an attached worker must be heard of").containsAll(slots.keySet());
        Map<String, Long> leased = jobs.stream()
                .filter(job -> job.status().equals("leased"))
                .collect(Collectors.groupingBy(job -> String.valueOf(job.worker()), Collectors.counting()));
        leased.forEach((worker, count) -> assertThat(count)
                .as("jobs in the hands of %s", worker)
                .isLessThanOrEqualTo(slots.getOrDefault(worker, 0L)));
        assertThat(jobs)
                .filteredOn(job -> List.of("leased", "queued", "backoff").contains(job.status()))
                .as("a job that is not over has a deadline")
                .allSatisfy(job -> assertThat(waits).contains(job.id().toString()));
    }

    private void nothingLiesWhileSomebodyWaits(List<Row> jobs) {
        for (SimulatedWorker worker : simulation.workers) {
            long leased = jobs.stream()
                    .filter(job -> job.status().equals("leased"))
                    .filter(job -> String.valueOf(worker.attachment()).equals(job.worker()))
                    .count();
            if (worker.waits() && leased < worker.slots()) {
                assertThat(jobs)
                        .filteredOn(job -> job.status().equals("queued"))
                        .as("%s waits for jobs", worker)
                        .noneMatch(job -> worker.serves(kind(job)));
            }
        }
    }

    /** Between two jobs of one project every other one gets its turn: no more are before it than there are others. */
    private void fairness(List<Row> jobs) {
        List<Row> granted = jobs.stream()
                .filter(job -> job.fence() > lastFence)
                .sorted((one, other) -> Long.compare(one.fence(), other.fence()))
                .toList();
        for (Row grant : granted) {
            lastFence = grant.fence();
            passedOver.put(grant.project(), 0);
            Set<String> passed = before.stream()
                    .filter(job -> job.status().equals("queued") && job.kind().equals(grant.kind()))
                    .filter(job -> !job.project().equals(grant.project()))
                    .filter(job -> stillQueued(job, jobs, grant.fence()))
                    .map(Row::project)
                    .collect(Collectors.toSet());
            passed.forEach(project -> assertThat(passedOver.merge(project, 1, Integer::sum))
                    .as("how often %s was passed over", project)
                    .isLessThan(3));
        }
    }

    private static boolean stillQueued(Row job, List<Row> now, long fence) {
        return now.stream()
                .anyMatch(other ->
                        other.id().equals(job.id()) && (other.status().equals("queued") || other.fence() > fence));
    }

    private void run(RunId id, List<Row> jobs) {
        RunDetails details = simulation.server().details(id);
        List<Row> live = jobs.stream()
                .filter(job -> job.run().equals(id.toString()))
                .filter(job -> List.of("leased", "queued", "backoff").contains(job.status()))
                .toList();
        if (details.run().terminal()) {
            assertThat(live).as("a run that has ended has no job").isEmpty();
            assertThat(details.stages())
                    .allSatisfy(stage -> assertThat(stage.status().isTerminal()).isTrue());
            assertThat(ended.computeIfAbsent(id, first -> details))
                    .as("what has ended never changes")
                    .isEqualTo(details);
            return;
        }
        assertThat(live).as("a run that goes on has a job").isNotEmpty();
        boolean running = details.stages().stream().anyMatch(stage -> stage.status() == StageStatus.RUNNING);
        if (!running) {
            assertThat(details.run().waiting()).as("why %s waits", id).isNotNull();
        }
        for (StageView stage : details.stages()) {
            if (stage.status() == StageStatus.QUEUED || stage.status() == StageStatus.PENDING) {
                assertThat(stage.waiting()).as("why %s waits", stage.key()).isNotNull();
            }
        }
        assertThat(texts("SELECT code AS it FROM waits WHERE subject = '" + id + "'"))
                .as("a run has a deadline")
                .hasSize(1);
    }

    /** When every run has ended: nothing is left of them, and their results are those that were accepted. */
    void atTheEnd() {
        assertThat(texts("SELECT subject AS it FROM waits")).as("waits").isEmpty();
        assertThat(jobs())
                .noneMatch(job -> List.of("leased", "queued", "backoff").contains(job.status()));
        for (RunId run : simulation.runs) {
            for (StageView stage : simulation.server().details(run).stages()) {
                long done = simulation.accepted.values().stream()
                        .filter(end -> end.job().run().equals(run)
                                && end.job().stage().equals(stage.key())
                                && end.outcome().result() == Outcome.Result.DONE)
                        .count();
                assertThat(done).as("accepted ends of %s", stage.key()).isLessThanOrEqualTo(1);
                if (stage.status() == StageStatus.DONE) {
                    assertThat(done)
                            .as("a stage is done by an end that was accepted")
                            .isEqualTo(1);
                }
            }
            lines(run);
        }
    }

    /** Each line that was acknowledged is there, once, and in the order of its job. */
    private void lines(RunId run) {
        List<LogLine> log =
                simulation.server().rooms.logs().page(run, 0, 10_000).lines();
        simulation.acknowledged.forEach((job, last) -> {
            List<String> mine = log.stream()
                    .map(LogLine::line)
                    .filter(line -> line.startsWith(job + " "))
                    .toList();
            if (mine.isEmpty()) {
                return;
            }
            List<String> expected = new ArrayList<>();
            for (long number = 1; number <= mine.size(); number++) {
                expected.add(job + " " + number);
            }
            assertThat(mine).isEqualTo(expected).hasSizeGreaterThanOrEqualTo(Math.toIntExact(last));
        });
    }

    private List<Row> jobs() {
        return simulation
                .server()
                .rooms
                .database()
                .read(tx -> tx.list(
                        "SELECT j.id, j.run_id, j.project_id, s.kind, j.status, j.worker_id, coalesce(j.fence, 0) AS fence "
                                + "FROM jobs j JOIN stages s ON s.run_id = j.run_id AND s.position = j.stage_position "
                                + "JOIN runs r ON r.id = j.run_id WHERE r.id IN (" + ids() + ")",
                        row -> new Row(
                                JobId.of(row.text("id")),
                                row.text("run_id"),
                                row.text("project_id"),
                                row.text("kind"),
                                row.text("status"),
                                row.textOrNull("worker_id"),
                                row.number("fence"))));
    }

    private String ids() {
        return simulation.runs.stream().map(run -> "'" + run + "'").collect(Collectors.joining(","));
    }

    private List<String> texts(String sql) {
        return simulation.server().rooms.database().read(tx -> tx.list(sql, row -> row.text("it")));
    }

    private static ExecutorKind kind(Row job) {
        return ExecutorKind.valueOf(job.kind().toUpperCase(java.util.Locale.ROOT));
    }
}
