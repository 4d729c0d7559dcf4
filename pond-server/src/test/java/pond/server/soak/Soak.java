package pond.server.soak;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import pond.common.json.Json;

/**
 * A server, workers and everything that callers do, in two sittings. In the first, workers and the server are killed and
 * restarted; in the second, workers only. What processes have after the second is held against what they had after the
 * first, both times when all work was done.
 *
 * <p>Arguments: the folder of the clone, one for all state, for how many seconds, and how many workers. Ends with 1 when
 * something was not as it should be.
 */
public final class Soak {
    private static final int CLIENTS = 5;
    private static final long PAUSE_MILLIS = 50;
    private static final Duration DRAIN = Duration.ofMinutes(5);
    /** Long enough for a stage that prints a gigabyte, and for the sweep of bundles after the end. */
    private static final long LONG_SECONDS = 600;

    private final Pond pond;
    private final StateFolder state;
    private final Ledger ledger;
    private final PrintStream out;
    private final Mix mix;
    private final Talk talk;
    private final Runs runs;
    private final Upset upset;
    private final long seconds;
    private final long begin = System.nanoTime();

    private Soak(Pond pond, Receiver receiver, Ledger ledger, PrintStream out, long seconds)
            throws IOException, InterruptedException {
        this.pond = pond;
        this.state = new StateFolder(pond.state());
        this.ledger = ledger;
        this.out = out;
        this.mix = new Mix(pond, receiver, ledger, sandboxes(pond.caller()));
        this.talk = new Talk(pond.caller());
        this.runs = new Runs(pond.caller());
        this.upset = new Upset(pond, ledger);
        this.seconds = seconds;
    }

    public static void main(String[] args) throws Exception {
        boolean held =
                run(Path.of(args[0]), Path.of(args[1]), Long.parseLong(args[2]), Integer.parseInt(args[3]), System.out);
        System.exit(held ? 0 : 1);
    }

    /** Whether all was as it should be; what was not is printed. */
    public static boolean run(Path root, Path folder, long seconds, int workers, PrintStream out) throws Exception {
        Ledger ledger = new Ledger();
        try (Receiver receiver = new Receiver();
                Pond pond = new Pond(root, folder, ledger::broke)) {
            for (int i = 0; i < workers; i++) {
                pond.addWorker();
            }
            return new Soak(pond, receiver, ledger, out, seconds).run();
        }
    }

    private boolean run() throws IOException, InterruptedException, SQLException {
        out.printf("a soak of %d s with %d workers%n", seconds, pond.workers());
        sit(seconds * 5 / 8, true);
        Footprint server = Footprint.of(pond.server());
        Footprint worker = Footprint.of(pond.worker(0));
        sit(seconds * 3 / 8, false);
        boolean swept = seconds >= LONG_SECONDS && isSwept();
        Leaks leaks = new Leaks(out, seconds >= LONG_SECONDS);
        leaks.compare("server", server, Footprint.of(pond.server()));
        leaks.compare("first worker", worker, Footprint.of(pond.worker(0)));
        leaks.look(state, swept);
        for (int i = 0; i < pond.workers(); i++) {
            StateFolder own = new StateFolder(pond.workerState(i));
            leaks.atMost("files of stages at worker " + i, own.files("work") + own.files("checkouts"), 0);
        }
        pond.stop();
        out.printf("%ndone: %s%n", ledger);
        leaks.atMost("things that were not as they should be", ledger.broken(), 0);
        return !leaks.missed();
    }

    /** Works for a while, and returns when all of it has ended. */
    private void sit(long time, boolean restarts) throws IOException, InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        int talkers = Math.max(1, pond.workers());
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "soak");
            thread.setDaemon(true);
            return thread;
        });
        for (int i = 0; i < CLIENTS; i++) {
            repeat(threads, over, mix::any);
        }
        for (int i = 0; i < talkers; i++) {
            boolean follows = i % 2 == 0;
            repeat(threads, over, random -> talk(follows));
        }
        if (seconds >= LONG_SECONDS) {
            repeat(threads, over, random -> flood());
        }
        long pause = Math.max(3, Math.min(60, seconds / 8));
        threads.execute(() -> {
            try {
                upset.run(over, pause, restarts);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        for (long left = time; left > 0; left -= 60) {
            over.await(Math.min(60, left), TimeUnit.SECONDS);
            minute();
        }
        over.countDown();
        threads.shutdown();
        if (!threads.awaitTermination(DRAIN.toSeconds(), TimeUnit.SECONDS)) {
            ledger.broke("runs do not end: " + pond.caller().get("/v1/runs?status=queued&status=running"));
            threads.shutdownNow();
        }
        if (!pond.isUp()) {
            ledger.broke("a process has ended by itself");
        }
    }

    /** At least once. */
    private void repeat(ExecutorService threads, CountDownLatch over, Mix.Action action) {
        Random random = new Random();
        threads.execute(() -> {
            try {
                do {
                    act(action, random);
                } while (!over.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void act(Mix.Action action, Random random) throws InterruptedException {
        try {
            action.act(random);
        } catch (IOException | RuntimeException e) {
            ledger.broke(e.toString());
        }
    }

    private void talk(boolean follows) throws IOException, InterruptedException {
        int length = (int) Math.max(2, Math.min(30, seconds / 10));
        String run = runs.submit(Runs.body("talk", Runs.shell(Talk.script(length)), ""));
        long printed = follows ? talk.follow(run) : talk.read(run);
        boolean done = runs.doneOrLost(run);
        if (printed > Talk.lines(length) || (done && printed != Talk.lines(length))) {
            throw new IOException("run %s: %d lines of %d".formatted(run, printed, Talk.lines(length)));
        }
        ledger.did(done ? "talk" : "lost with its worker");
        ledger.did("lines", printed);
    }

    /** Until one was printed whole; of which the first 64 MiB are kept. */
    private void flood() throws IOException, InterruptedException {
        if (ledger.times("gigabyte") > 0) {
            return;
        }
        String run = runs.submit(Runs.body("flood", Runs.shell("yes \"$(seq -s ' ' 40)\" | head -c 1000000000"), ""));
        ledger.did(runs.doneOrLost(run) ? "gigabyte" : "lost with its worker");
    }

    private void minute() throws IOException, InterruptedException {
        try {
            Footprint server = Footprint.of(pond.server());
            out.printf(
                    "%5d s  server %s, WAL %.0f and %.0f MiB; worker %s; %d noops, %,d lines, %d broken%n",
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
                    server,
                    state.mebibytes("pond.db-wal"),
                    state.mebibytes("logs.db-wal"),
                    Footprint.of(pond.worker(0)),
                    ledger.times("noop"),
                    ledger.times("lines"),
                    ledger.broken());
        } catch (IOException | RuntimeException e) {
            out.println("no figures this minute, in which a process was restarted");
        }
    }

    /** Bundles are swept every five minutes; waits for that. */
    private boolean isSwept() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(8).toNanos();
        while (state.files("bundles") > 0 && System.nanoTime() < deadline) {
            pond.caller().pause();
        }
        return true;
    }

    private static boolean sandboxes(Caller caller) throws IOException, InterruptedException {
        String body = Runs.body("probe", Runs.shell("true", "\"sandbox\":{\"profile\":\"trusted-code\"}"), "");
        Caller.Answer preflight = caller.post("/v1/runs/preflight", body);
        boolean problems = !Json.readTree(preflight.text()).path("problems").isEmpty();
        if (problems) {
            System.err.println("soak: no stages in sandboxes, since no worker can run them: " + preflight.text());
        }
        return !problems;
    }
}
