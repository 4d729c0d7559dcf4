package pond.server.webhooks;

import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import pond.common.api.Callback;
import pond.common.api.DeliveryList;
import pond.common.api.DeliveryStatus;
import pond.common.api.DeliveryView;
import pond.common.api.RunEnded;
import pond.common.api.RunView;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.server.runs.RunEnds;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceUrl;

/** What is to be delivered, and how that goes; {@link Courier} does it. Safe for use by several threads. */
public final class WebhookService implements RunEnds {
    private final Database database;
    private final WebhookSettings settings;
    private final Backoff backoff;
    private final InstantSource clock;
    private final DeliveryStore store = new DeliveryStore();
    private volatile Consumer<Instant> listener = due -> {};
    private volatile Consumer<DeliveryStatus> attempts = status -> {};

    public WebhookService(Database database, WebhookSettings settings, InstantSource clock) {
        this.database = database;
        this.settings = settings;
        this.backoff =
                new Backoff(settings.pauses(), () -> ThreadLocalRandom.current().nextDouble());
        this.clock = clock;
    }

    /** Tells of everything that is due, on the writer's thread, after its commit. */
    void onDue(Consumer<Instant> told) {
        listener = told;
    }

    /** Tells of every attempt from now on, by the status of its delivery after it; there is one listener. */
    public void onAttempt(Consumer<DeliveryStatus> told) {
        attempts = told;
    }

    @Override
    public void ended(Tx tx, RunView run) {
        Callback callback = Objects.requireNonNull(run.callback(), "only runs with a callback are told of");
        Instant now = clock.instant();
        UUID id = UuidCreator.getTimeOrderedEpochPlus1();
        Delivery delivery = new Delivery(
                id,
                run.id(),
                run.projectId(),
                RunEnded.EVENT,
                callback.url(),
                receiver(callback.url()),
                DeliveryStatus.PENDING,
                0,
                0,
                now,
                now.plus(settings.lifetime()),
                now,
                null);
        store.insert(tx, delivery, Json.write(new RunEnded(RunEnded.EVENT, id, run)));
        tx.afterCommit(() -> listener.accept(now));
    }

    /** The deliveries of a run, oldest first. */
    public DeliveryList list(RunId run) {
        return database.read(tx -> new DeliveryList(
                store.list(tx, run).stream().map(each -> view(tx, each)).toList()));
    }

    /**
     * Delivers once more what was delivered or given up. The future fails with NOT_FOUND when there is no such delivery of
     * that run, and with CONFLICT while it is pending.
     */
    public CompletableFuture<DeliveryView> redeliver(RunId run, UUID id) {
        return database.write(tx -> {
            Delivery before = store.find(tx, run, id).orElseThrow(() -> PondException.notFound("delivery"));
            if (before.status() == DeliveryStatus.PENDING) {
                throw new PondException(
                        ErrorCode.CONFLICT,
                        "the delivery is pending; its next attempt is at " + before.nextAttemptAt());
            }
            Instant now = clock.instant();
            Delivery again = before.again(now, now.plus(settings.lifetime()));
            if (!store.update(tx, before, again)) {
                throw new IllegalStateException("delivery " + id + " was not " + before.status());
            }
            tx.afterCommit(() -> listener.accept(now));
            return view(tx, again);
        });
    }

    /** Stores what became of an attempt; the delivery after it. */
    Delivery record(Tx tx, Delivery before, Attempt attempt) {
        Delivery now = after(before, attempt);
        // No row is hit when its run was removed meanwhile.
        if (store.update(tx, before, now)) {
            store.insertAttempt(tx, before.id(), now.attempts(), attempt);
            tx.afterCommit(() -> attempts.accept(now.status()));
        }
        return now;
    }

    private Delivery after(Delivery before, Attempt attempt) {
        Instant now = clock.instant();
        if (attempt.isSuccess()) {
            return before.delivered(now);
        }
        return attempt.isFinal()
                ? before.givenUp()
                : before.failed(now.plus(backoff.after(before.failures() + 1, attempt.retryAfter())));
    }

    /** The body as it was when the delivery was made; empty when its run was removed. */
    Optional<String> findBody(UUID delivery) {
        return database.read(tx -> store.findBody(tx, delivery));
    }

    private DeliveryView view(Tx tx, Delivery delivery) {
        return new DeliveryView(
                delivery.id(),
                delivery.event(),
                delivery.url(),
                delivery.status(),
                store.listAttempts(tx, delivery.id()),
                delivery.nextAttemptAt(),
                delivery.createdAt(),
                delivery.deliveredAt());
    }

    /** An address that cannot be read passes here and fails with every attempt: the end of a run does not depend on it. */
    private static String receiver(String address) {
        try {
            return SourceUrl.parse(address).host();
        } catch (SourceException e) {
            return address;
        }
    }
}
