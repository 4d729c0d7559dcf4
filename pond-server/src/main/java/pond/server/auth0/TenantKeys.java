package pond.server.auth0;

import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;

/**
 * The tenant's keys as they were a moment ago. Fresh ones are used as they are. Older ones are asked for again, and used on
 * while the tenant does not answer. At most one question is under way; whoever needs its answer waits for it without a
 * lock and with a deadline, and no more than some callers at a time, so that a tenant that hangs does not take all of the
 * server's threads. Safe to share.
 */
final class TenantKeys {
    /** A key that the tenant withdraws is refused after this time, if the tenant can be asked. */
    static final Duration FRESH = Duration.ofMinutes(10);
    /** How long keys go on when the tenant cannot be asked. */
    static final Duration KEPT = Duration.ofHours(6);
    /** A key id that is not in the set may be new, or made up: so often it is worth a question. */
    static final Duration UNKNOWN_GAP = Duration.ofSeconds(30);
    /** Between two questions that get no answer. */
    static final Duration RETRY_GAP = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(TenantKeys.class);
    private static final int MAX_WAITING = 16;

    private final String issuer;
    private final KeySetSource source;
    private final InstantSource clock;
    private final Semaphore seats = new Semaphore(MAX_WAITING);
    private volatile State state = new State(null, Instant.MIN, Instant.MIN, false, null);

    /**
     * What is known.
     *
     * @param keys those of the last answer; null when there was none
     * @param answeredAt when that answer came
     * @param triedAt when the last question ended, with an answer or without
     * @param failed whether it ended without
     * @param asking completes, always normally, when the question under way has ended; null when none is
     */
    private record State(
            @Nullable KeySet keys,
            Instant answeredAt,
            Instant triedAt,
            boolean failed,
            @Nullable CompletableFuture<Void> asking) {
        State asking(CompletableFuture<Void> question) {
            return new State(keys, answeredAt, triedAt, failed, question);
        }

        State answered(KeySet fresh, Instant now) {
            return new State(fresh, now, now, false, null);
        }

        State unanswered(Instant now) {
            return new State(keys, answeredAt, now, true, null);
        }

        Optional<RSAPublicKey> find(String kid, Duration notOlderThan, Instant now) {
            return keys != null && isWithin(answeredAt, notOlderThan, now) ? keys.find(kid) : Optional.empty();
        }

        /** Whether a question would help, or is under way already. */
        boolean isWorthAsking(String kid, Instant now) {
            return find(kid, FRESH, now).isEmpty()
                    && (asking != null || !isWithin(triedAt, failed ? RETRY_GAP : UNKNOWN_GAP, now));
        }
    }

    TenantKeys(String issuer, KeySetSource source, InstantSource clock) {
        this.issuer = issuer;
        this.source = source;
        this.clock = clock;
    }

    /**
     * The key with an id; empty when the tenant has none.
     *
     * @throws PondException UNAVAILABLE when the tenant could not be asked whether it has
     */
    Optional<RSAPublicKey> find(String kid) {
        if (state.isWorthAsking(kid, clock.instant())) {
            await(ask(kid));
        }
        State known = state;
        Optional<RSAPublicKey> key = known.find(kid, KEPT, clock.instant());
        if (key.isEmpty() && (known.keys() == null || known.failed() || known.asking() != null)) {
            throw new PondException(
                    ErrorCode.UNAVAILABLE, "tokens of admins cannot be checked at the moment; try again later");
        }
        return key;
    }

    /** The question under way; a new one when there is none and it is still worth one. */
    private CompletableFuture<Void> ask(String kid) {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        synchronized (this) {
            if (!state.isWorthAsking(kid, clock.instant())) {
                mine.complete(null);
                return mine;
            }
            CompletableFuture<Void> others = state.asking();
            if (others != null) {
                return others;
            }
            state = state.asking(mine);
        }
        CompletableFuture<?> unused = fetch().handle((keys, failure) -> {
            settle(keys, failure);
            return mine.complete(null);
        });
        return mine;
    }

    private CompletableFuture<KeySet> fetch() {
        try {
            return source.fetch();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void settle(@Nullable KeySet keys, @Nullable Throwable failure) {
        Instant now = clock.instant();
        State before;
        synchronized (this) {
            before = state;
            state = keys == null ? before.unanswered(now) : before.answered(keys, now);
        }
        if (keys == null) {
            log.warn("the signing keys of {} cannot be fetched: {}; {}", issuer, reason(failure), outlook(before, now));
        } else if (before.failed() || before.keys() == null) {
            log.info("{} gave {} signing keys", issuer, keys.keys().size());
        }
    }

    /** Waits for an answer, unless too many do; what is known then has to do. */
    private void await(CompletableFuture<Void> question) {
        if (question.isDone() || !seats.tryAcquire()) {
            return;
        }
        try {
            // The question ends by its own deadline; this one is for the case that it does not.
            question.get(source.deadline().toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warn("a question for the signing keys of {} does not end", issuer, e);
        } finally {
            seats.release();
        }
    }

    private static String outlook(State before, Instant now) {
        return before.keys() != null && isWithin(before.answeredAt(), KEPT, now)
                ? "those of " + before.answeredAt() + " are used until "
                        + before.answeredAt().plus(KEPT)
                : "no token of an admin can be checked until they can";
    }

    private static String reason(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause == null || cause instanceof TimeoutException) {
            return "no whole answer in time";
        }
        String name = cause.getClass().getSimpleName();
        return cause.getMessage() == null ? name : name + ": " + cause.getMessage();
    }

    /** Also false for a time that is still to come: then the clock was set back, and nothing is known of ages. */
    private static boolean isWithin(Instant since, Duration span, Instant now) {
        return !now.isBefore(since) && now.isBefore(since.plus(span));
    }
}
