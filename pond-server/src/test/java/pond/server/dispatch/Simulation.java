package pond.server.dispatch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import pond.common.definition.ExecutorKind;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.protocol.Job;
import pond.common.protocol.Outcome;
import pond.testing.TestClock;

/**
 * A server's dispatch on its real database under a hand-turned clock, with callers and workers that do something at random:
 * submit, cancel, attach, take jobs, write lines, renew, end jobs, say things twice, vanish, come back, be started again.
 * {@link SimulationChecks} looks after each step. The same seed does the same.
 */
final class Simulation implements AutoCloseable {
    private static final int MOST_RUNS = 6;
    private static final int MOST_PASSES = 400;
    private static final List<String> PROJECTS = List.of("garden", "meadow", "forest");
    private static final List<Set<ExecutorKind>> OFFERS = List.of(
            EnumSet.of(ExecutorKind.NOOP),
            EnumSet.of(ExecutorKind.SHELL),
            EnumSet.of(ExecutorKind.NOOP, ExecutorKind.SHELL));

    final TestClock clock = new TestClock();
    final List<SimulatedWorker> workers = new ArrayList<>();
    /** Runs of this episode, the oldest first. */
    final List<RunId> runs = new ArrayList<>();
    /** How jobs ended, as workers were told that it was accepted. */
    final Map<JobId, Ended> accepted = new LinkedHashMap<>();
    /** Lines that the server has acknowledged, by job. */
    final Map<JobId, Long> acknowledged = new LinkedHashMap<>();

    private final Path folder;
    private final List<String> history = new ArrayList<>();
    private final SimulationChecks checks = new SimulationChecks(this);
    private TestDispatch server;
    private Random random = new Random(0);

    /** A job and the end that was accepted for it. */
    record Ended(Job job, Outcome outcome) {}

    Simulation(Path folder) throws Exception {
        this.folder = folder;
        this.server = new TestDispatch(folder, clock);
        for (String name : List.of("heron", "otter", "newt")) {
            workers.add(new SimulatedWorker(name, server.enroll(name)));
        }
    }

    TestDispatch server() {
        return server;
    }

    /** A seed's worth: so many steps at random, then all that is needed for every run to end. */
    void episode(long seed, int steps) throws Exception {
        random = new Random(seed);
        history.clear();
        runs.clear();
        accepted.clear();
        acknowledged.clear();
        checks.begin();
        try {
            for (int i = 0; i < steps; i++) {
                step();
            }
            toTheEnd();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + "\n" + String.join("\n", history), e);
        }
    }

    private void step() throws Exception {
        int dice = random.nextInt(100);
        if (dice < 12) {
            submit();
        } else if (dice < 15) {
            cancel();
        } else if (dice < 25) {
            pass(Duration.ofMillis(500 + random.nextInt(9_500)));
        } else if (dice < 28) {
            pass(Duration.ofSeconds(20 + random.nextInt(90)));
        } else if (dice < 30) {
            restart();
        } else {
            act(any(workers), dice);
        }
    }

    private void act(SimulatedWorker worker, int dice) {
        if (!worker.isAttached()) {
            note(worker + " " + worker.attach(server, any(OFFERS), 1 + random.nextInt(3)));
        } else if (dice < 33) {
            switch (random.nextInt(4)) {
                case 0 -> note(worker + " " + worker.detach(server));
                case 1 -> note(worker + " drains: " + worker.renew(server, true));
                case 2 -> note(worker + " " + worker.attach(server, any(OFFERS), 1 + random.nextInt(3)));
                default -> {
                    worker.forget();
                    note(worker + " vanishes");
                }
            }
        } else if (worker.waits()) {
            note(worker + " renews: " + worker.renew(server, false));
        } else if (dice < 50 && worker.free() > 0) {
            note(worker + " leases: "
                    + (random.nextBoolean() ? worker.leaseLater(server) : worker.lease(server, dice < 34)));
        } else if (dice < 60 || worker.held.isEmpty()) {
            note(worker + " renews: " + worker.renew(server, false));
        } else {
            work(worker, any(worker.jobs()), dice);
        }
    }

    private void work(SimulatedWorker worker, SimulatedWorker.Held one, int dice) {
        if (dice < 78 && one.said == null) {
            String answer = worker.log(server, one, 1 + random.nextInt(3), random.nextInt(4) == 0);
            acknowledged.merge(one.job.id(), one.sent, Math::max);
            note(worker + " writes for " + name(one.job) + ": " + answer);
            return;
        }
        Outcome outcome = one.cancelling ? Outcome.cancelled() : outcome();
        String answer = worker.complete(server, one, outcome, random.nextInt(5) == 0);
        if (answer.equals(SimulatedWorker.ACCEPTED)) {
            accepted.putIfAbsent(one.job.id(), new Ended(one.job, one.said == null ? outcome : one.said));
        }
        note(worker + " ends " + name(one.job) + " as " + one.said + ": " + answer);
    }

    private Outcome outcome() {
        return switch (random.nextInt(8)) {
            case 0 -> Outcome.failed("bad", "it did not work", 1);
            case 1 -> Outcome.timeout("it took too long");
            default -> Outcome.done(0);
        };
    }

    private void submit() {
        if (live() >= MOST_RUNS) {
            return;
        }
        int stages = 1 + random.nextInt(4);
        List<String> keys = new ArrayList<>();
        List<String> edges = new ArrayList<>();
        for (int i = 0; i < stages; i++) {
            String retry = random.nextInt(3) > 0
                    ? ""
                    : ",\"retry\":{\"max_attempts\":%d,\"on\":[\"failed\",\"timeout\",\"worker_lost\"],\"backoff_sec\":%d}"
                            .formatted(1 + random.nextInt(3), random.nextInt(3));
            keys.add(
                    random.nextBoolean()
                            ? "{\"key\":\"s%d\",\"executor\":{\"kind\":\"noop\"}%s}".formatted(i, retry)
                            : TestDispatch.shell("s" + i, retry));
            for (int before = 0; before < i; before++) {
                if (random.nextInt(3) == 0) {
                    edges.add("{\"from\":\"s%d\",\"to\":\"s%d\"}".formatted(before, i));
                }
            }
        }
        String project = any(PROJECTS);
        RunId run = server.submitDefinition(
                project, "{\"stages\":[%s],\"edges\":[%s]}".formatted(String.join(",", keys), String.join(",", edges)));
        runs.add(run);
        note("submitted r" + (runs.size() - 1) + " of " + project + ": " + keys + " " + edges);
    }

    private void cancel() {
        if (!runs.isEmpty()) {
            int run = random.nextInt(runs.size());
            server.cancel(runs.get(run));
            note("cancelled r" + run);
        }
    }

    private void pass(Duration time) {
        server.pass(time);
        note("passed " + time);
    }

    /** Whatever was waiting at the old one is answered by its end, or by nobody. */
    private void restart() throws Exception {
        server.close();
        server = new TestDispatch(folder, clock);
        server.recovery.afterStop().join();
        workers.forEach(SimulatedWorker::hangUp);
        note("started again");
    }

    /** Workers that do their work bring every run to its end, within a bounded number of rounds. */
    private void toTheEnd() {
        for (int i = 0; live() > 0; i++) {
            if (i > MOST_PASSES) {
                throw new AssertionError("these runs do not end: " + server.details(runs.get(runs.size() - 1)));
            }
            for (SimulatedWorker worker : workers) {
                if (!worker.isAttached() || worker.free() < 0) {
                    note(worker + " " + worker.attach(server, OFFERS.get(2), 3));
                }
                if (!worker.waits() && worker.free() > 0) {
                    note(worker + " leases: " + worker.lease(server, false));
                }
                for (SimulatedWorker.Held one : worker.jobs()) {
                    work(worker, one, 99);
                }
                if (worker.isAttached()) {
                    note(worker + " renews: " + worker.renew(server, false));
                }
            }
            pass(Duration.ofSeconds(5));
        }
        for (SimulatedWorker worker : workers) {
            if (worker.isAttached()) {
                note(worker + " " + worker.detach(server));
            }
        }
        checks.atTheEnd();
    }

    private long live() {
        return runs.stream()
                .filter(run -> !server.details(run).run().terminal())
                .count();
    }

    private void note(String what) {
        history.add(what);
        server.settle();
        checks.look();
    }

    private String name(Job job) {
        return "r" + runs.indexOf(job.run()) + "/" + job.stage() + "#" + job.attempt();
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    @Override
    public void close() {
        server.close();
    }
}
