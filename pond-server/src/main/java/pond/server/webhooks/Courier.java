package pond.server.webhooks;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import pond.server.db.Database;
import pond.server.runs.RunService;
import pond.server.sources.guard.AddressRules;
import pond.server.sources.guard.GuardedHttp;
import pond.server.sources.guard.HostResolver;

/**
 * Delivers what is due. One thread sleeps until the next delivery is, and is woken when an earlier one appears; a few
 * others make the attempts, only so many of them to one receiver and for one project. Which deliveries are under way is known here alone, so a
 * server that was killed makes those attempts once more.
 */
public final class Courier implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    private static final int BATCH = 500;
    /** When the database cannot be read, or an attempt cannot be stored: receivers must not pay for that with a flood. */
    private static final Duration AFTER_FAULT = Duration.ofSeconds(30);

    private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
    private static final Duration IDLE_THREAD = Duration.ofSeconds(30);

    private final Database database;
    private final WebhookService service;
    private final WebhookSettings settings;
    private final Sender sender;
    private final InstantSource clock;
    private final DeliveryStore store = new DeliveryStore();
    private final Map<UUID, UnderWay> underWay = new HashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "pond-webhooks-timer");
        thread.setDaemon(true);
        return thread;
    });
    private final ThreadPoolExecutor pool;
    private @Nullable ScheduledFuture<?> next;
    private Instant nextAt = Instant.MAX;

    /** The ways out of this machine. */
    public record Network(HostResolver resolver, SSLSocketFactory tls) {}

    /** An attempt; completing {@code stop} breaks it off. */
    private record UnderWay(Delivery delivery, CompletableFuture<Void> stop) {}

    public Courier(
            Database database,
            RunService runs,
            WebhookService service,
            WebhookSettings settings,
            Network network,
            InstantSource clock) {
        this.database = database;
        this.service = service;
        this.settings = settings;
        this.clock = clock;
        AddressRules addresses = new AddressRules(settings.allowedHosts(), network.resolver());
        // Silence has no limit of its own: the deadline of the attempt comes first, and says what it is.
        Duration silence = settings.total().multipliedBy(2);
        GuardedHttp http = new GuardedHttp(addresses, network.tls(), settings.connect(), silence);
        this.sender = new Sender(http, runs, service, settings, clock);
        AtomicInteger number = new AtomicInteger();
        this.pool = new ThreadPoolExecutor(
                settings.atOnce(),
                settings.atOnce(),
                IDLE_THREAD.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "pond-webhooks-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    /** Begins to deliver; what is overdue already goes out at once. */
    public void start() {
        service.onDue(this::wakeAt);
        wakeAt(clock.instant());
    }

    /** Breaks off what is under way; it is pending still, and goes out again after the next start. */
    @Override
    public void close() {
        List<UnderWay> broken;
        synchronized (this) {
            timer.shutdownNow();
            broken = List.copyOf(underWay.values());
        }
        broken.forEach(attempt -> attempt.stop().complete(null));
        pool.shutdown();
        try {
            if (!pool.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("an attempt to deliver a webhook does not end; it is left alone");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Has what is due at a time looked at then. */
    synchronized void wakeAt(Instant at) {
        if (!at.isBefore(nextAt) || timer.isShutdown()) {
            return;
        }
        if (next != null) {
            next.cancel(false);
        }
        nextAt = at;
        // Rounded up: a moment too early nothing is due, and the thread would turn in circles until it is.
        long delay = Math.max(0, Duration.between(clock.instant(), at).toMillis() + 1);
        next = timer.schedule(this::pass, delay, TimeUnit.MILLISECONDS);
    }

    private void pass() {
        synchronized (this) {
            nextAt = Instant.MAX;
        }
        Instant now = clock.instant();
        try {
            database.read(tx -> store.listDue(tx, now, settings.atOncePerReceiver(), BATCH))
                    .forEach(this::begin);
            // What is due and cannot begin waits for an attempt to end, and each end wakes this thread.
            database.read(tx -> store.findNextDue(tx, now)).ifPresent(this::wakeAt);
        } catch (RuntimeException e) {
            log.error("due webhooks could not be read; trying again in {}", AFTER_FAULT, e);
            wakeAt(now.plus(AFTER_FAULT));
        }
    }

    private synchronized void begin(Delivery delivery) {
        if (timer.isShutdown()
                || underWay.containsKey(delivery.id())
                || underWay.size() >= settings.atOnce()
                || sharing(delivery, Delivery::project) >= settings.atOncePerProject()
                || sharing(delivery, Delivery::receiver) >= settings.atOncePerReceiver()) {
            return;
        }
        CompletableFuture<Void> stop = new CompletableFuture<>();
        underWay.put(delivery.id(), new UnderWay(delivery, stop));
        pool.execute(() -> deliver(delivery, stop));
    }

    /** How many are under way that have something in common with another one. */
    private long sharing(Delivery other, Function<Delivery, Object> trait) {
        return underWay.values().stream()
                .filter(attempt -> trait.apply(attempt.delivery()).equals(trait.apply(other)))
                .count();
    }

    private void deliver(Delivery delivery, CompletableFuture<Void> stop) {
        MDC.put("run", delivery.run().toString());
        try {
            Attempt attempt = sender.attempt(delivery, stop);
            // An answer counts, also when the server was told to stop meanwhile.
            if (attempt.status() != null || !stop.isDone()) {
                Delivery now = database.write(tx -> service.record(tx, delivery, attempt))
                        .join();
                report(now, attempt);
            }
            ended(delivery.id());
        } catch (RuntimeException e) {
            log.error("an attempt of delivery {} could not be made or stored; trying again", delivery.id(), e);
            later(() -> ended(delivery.id()));
        } finally {
            MDC.remove("run");
        }
    }

    private static void report(Delivery now, Attempt attempt) {
        switch (now.status()) {
            case DELIVERED -> log.debug("delivery {} of run {} has arrived", now.id(), now.run());
            case PENDING ->
                log.info(
                        "delivery {} of run {} to {} failed: {}; trying again at {}",
                        now.id(),
                        now.run(),
                        now.receiver(),
                        attempt.error(),
                        now.nextAttemptAt());
            case GIVEN_UP ->
                log.warn(
                        "delivery {} of run {} to {} is given up after {} attempts: {}",
                        now.id(),
                        now.run(),
                        now.receiver(),
                        now.attempts(),
                        attempt.error());
        }
    }

    private synchronized void ended(UUID delivery) {
        underWay.remove(delivery);
        wakeAt(clock.instant());
    }

    private synchronized void later(Runnable task) {
        if (!timer.isShutdown()) {
            Future<?> unused = timer.schedule(task, AFTER_FAULT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
