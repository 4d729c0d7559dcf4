package pond.server.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.webhooks.TestWebhooks.SECRET;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.DeliveryStatus;
import pond.common.api.DeliveryView;
import pond.common.ids.RunId;
import pond.common.json.Json;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.testing.TestClock;
import pond.testing.TestReceiver;
import pond.testing.TestReceiver.Seen;

/** Receivers that take it, and receivers that take it later or never. */
class CourierTest {
    private final TestClock clock = new TestClock();

    @TempDir
    private Path folder;

    private TestWebhooks webhooks;

    @BeforeEach
    void open() {
        webhooks = new TestWebhooks(folder, clock, TestWebhooks.Options.usual());
    }

    @AfterEach
    void close() {
        webhooks.close();
    }

    /** Another server on the same state. */
    private void reopen(TestWebhooks.Options options) {
        webhooks.close();
        webhooks = new TestWebhooks(folder, clock, options);
    }

    @Test
    void aDeliveryArrivesOnceSignedAndWhole() {
        try (TestReceiver receiver = TestReceiver.answering(204)) {
            RunId run = webhooks.end(receiver.url());

            DeliveryView delivery = webhooks.awaitStatus(run, DeliveryStatus.DELIVERED);
            Seen seen = receiver.await(1);
            JsonNode body = Json.readTree(seen.body());
            assertThat(seen.path()).isEqualTo("/hook?from=pond");
            assertThat(seen.isSignedWith(SECRET)).isTrue();
            assertThat(seen.isSignedWith(SECRET + "x")).isFalse();
            assertThat(seen.header("Content-type")).isEqualTo("application/json");
            assertThat(seen.header("User-agent")).isEqualTo("pond/test");
            assertThat(seen.header("Pond-event")).isEqualTo("run.ended");
            assertThat(seen.header("Pond-delivery")).isEqualTo(delivery.id().toString());
            assertThat(seen.header("Pond-attempt")).isEqualTo("1");
            assertThat(seen.header("Pond-timestamp"))
                    .isEqualTo(Long.toString(clock.instant().getEpochSecond()));
            assertThat(body.path("event").asText()).isEqualTo("run.ended");
            assertThat(body.path("delivery").asText()).isEqualTo(delivery.id().toString());
            assertThat(body.at("/run/id").asText()).isEqualTo(run.toString());
            assertThat(body.at("/run/status").asText()).isEqualTo("done");
            assertThat(body.path("run").has("definition")).isFalse();
            assertThat(body.at("/run/callback/secret").asText()).isEqualTo("***");
            assertThat(delivery.deliveredAt()).isEqualTo(clock.instant().truncatedTo(ChronoUnit.MILLIS));
            assertThat(delivery.nextAttemptAt()).isNull();
            assertThat(delivery.attempts()).singleElement().satisfies(attempt -> {
                assertThat(attempt.status()).isEqualTo(204);
                assertThat(attempt.error()).isNull();
            });
            webhooks.pass(Duration.ofDays(2));
            assertThat(receiver.seen).hasSize(1);
        }
    }

    @Test
    void aReceiverThatIsDownGetsItWhenItIsUp() {
        int port = TestReceiver.freePort();
        RunId run = webhooks.end("http://127.0.0.1:" + port + "/hook");
        DeliveryView failed = webhooks.awaitAttempts(run, 1);

        assertThat(failed.status()).isEqualTo(DeliveryStatus.PENDING);
        assertThat(failed.attempts().get(0).status()).isNull();
        assertThat(failed.attempts().get(0).error()).isEqualTo("cannot connect to 127.0.0.1:" + port);
        assertThat(failed.nextAttemptAt())
                .isBetween(clock.instant().plusMillis(4_999), clock.instant().plusSeconds(6));
        try (TestReceiver receiver =
                TestReceiver.start(port, (exchange, number) -> exchange.sendResponseHeaders(200, -1))) {
            webhooks.pass(Duration.ofSeconds(6));

            DeliveryView delivered = webhooks.awaitStatus(run, DeliveryStatus.DELIVERED);
            assertThat(delivered.attempts()).hasSize(2);
            assertThat(receiver.await(1).header("Pond-attempt")).isEqualTo("2");
            assertThat(receiver.await(1).isSignedWith(SECRET)).isTrue();
        }
    }

    @Test
    void everyAttemptHasTheSameBodyAndASignatureOfItsOwn() {
        try (TestReceiver receiver = TestReceiver.answering(500, 404, 200)) {
            RunId run = webhooks.end(receiver.url());
            webhooks.awaitAttempts(run, 1);
            webhooks.pass(Duration.ofSeconds(6));
            webhooks.awaitAttempts(run, 2);
            webhooks.pass(Duration.ofSeconds(36));

            DeliveryView delivered = webhooks.awaitStatus(run, DeliveryStatus.DELIVERED);
            assertThat(delivered.attempts())
                    .extracting(attempt -> attempt.status() + " " + attempt.error())
                    .containsExactly("500 answered 500", "404 answered 404", "200 null");
            assertThat(receiver.seen)
                    .allSatisfy(seen -> assertThat(seen.isSignedWith(SECRET)).isTrue());
            assertThat(receiver.seen)
                    .extracting(seen -> seen.header("Pond-signature"))
                    .doesNotHaveDuplicates();
            assertThat(receiver.seen)
                    .extracting(Seen::body)
                    .containsOnly(receiver.await(1).body());
            assertThat(receiver.seen)
                    .extracting(seen -> seen.header("Pond-attempt"))
                    .containsExactly("1", "2", "3");
        }
    }

    @Test
    void aReceiverThatWantsNoMoreGetsNoMore() {
        try (TestReceiver receiver = TestReceiver.answering(410)) {
            RunId run = webhooks.end(receiver.url());

            DeliveryView delivery = webhooks.awaitStatus(run, DeliveryStatus.GIVEN_UP);
            assertThat(delivery.attempts().get(0).error()).isEqualTo("answered 410: the receiver wants no more of it");
            assertThat(delivery.nextAttemptAt()).isNull();
        }
    }

    @Test
    void aReceiverMayAskForTime() {
        try (TestReceiver receiver = TestReceiver.start((exchange, number) -> {
            exchange.getResponseHeaders().set("Retry-After", "600");
            exchange.sendResponseHeaders(number == 1 ? 503 : 200, -1);
        })) {
            RunId run = webhooks.end(receiver.url());

            DeliveryView asked = webhooks.awaitAttempts(run, 1);
            Instant due = clock.instant().plusSeconds(600).truncatedTo(ChronoUnit.MILLIS);
            assertThat(asked.nextAttemptAt()).isEqualTo(due);
            webhooks.pass(Duration.ofMinutes(10));
            webhooks.awaitStatus(run, DeliveryStatus.DELIVERED);
            assertThat(receiver.seen).hasSize(2);
        }
    }

    @Test
    void anAnswerWithoutEndIsNotReadToItsEnd() {
        try (TestReceiver receiver = TestReceiver.start((exchange, number) -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                byte[] much = "x".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
                for (int i = 0; i < 1 << 14; i++) {
                    out.write(much);
                }
            }
        })) {
            RunId run = webhooks.end(receiver.url());

            assertThat(webhooks.awaitStatus(run, DeliveryStatus.DELIVERED).attempts())
                    .hasSize(1);
        }
    }

    @Test
    void afterADayItIsGivenUpAndTheLastTwentyAttemptsAreKept() {
        try (TestReceiver receiver = TestReceiver.answering(500)) {
            RunId run = webhooks.end(receiver.url());
            untilGivenUp(run, receiver);
            int first = receiver.seen.size();
            assertThat(first).isBetween(12, 20);
            Instant end = clock.instant();
            assertThat(Duration.between(webhooks.delivery(run).createdAt(), end))
                    .isLessThan(Duration.ofHours(27));

            DeliveryView again =
                    get(webhooks.service.redeliver(run, webhooks.delivery(run).id()));
            assertThat(again.status()).isEqualTo(DeliveryStatus.PENDING);
            untilGivenUp(run, receiver);

            assertThat(receiver.seen.size()).isGreaterThan(20);
            assertThat(webhooks.delivery(run).attempts()).hasSize(20);
            assertThat(receiver.seen.get(receiver.seen.size() - 1).header("Pond-attempt"))
                    .isEqualTo(Integer.toString(receiver.seen.size()));
        }
    }

    private void untilGivenUp(RunId run, TestReceiver receiver) {
        int before = receiver.seen.size();
        webhooks.await(run, delivery -> receiver.seen.size() > before && isSettled(delivery));
        while (webhooks.delivery(run).status() == DeliveryStatus.PENDING) {
            int seen = receiver.seen.size();
            clock.advance(Duration.between(
                    clock.instant(),
                    Objects.requireNonNull(webhooks.delivery(run).nextAttemptAt())));
            webhooks.pass(Duration.ofMillis(1));
            webhooks.await(run, delivery -> receiver.seen.size() > seen && isSettled(delivery));
        }
    }

    /** Whether what has been sent has been stored as well. */
    private boolean isSettled(DeliveryView delivery) {
        Instant next = delivery.nextAttemptAt();
        return next == null || next.isAfter(clock.instant());
    }

    @Test
    void whatHasArrivedCanBeAskedForAgain() {
        try (TestReceiver receiver = TestReceiver.answering(500, 200)) {
            RunId run = webhooks.end(receiver.url());
            UUID id = webhooks.awaitAttempts(run, 1).id();

            assertThat(failure(webhooks.service.redeliver(run, id)))
                    .hasMessageContaining("the delivery is pending; its next attempt is at")
                    .extracting(e -> e instanceof PondException refused ? refused.code() : e)
                    .isEqualTo(ErrorCode.CONFLICT);
            assertThat(failure(webhooks.service.redeliver(run, UUID.randomUUID())))
                    .hasMessageContaining("there is no such delivery");
            webhooks.pass(Duration.ofSeconds(6));
            webhooks.awaitStatus(run, DeliveryStatus.DELIVERED);
            clock.advance(Duration.ofDays(9));
            get(webhooks.service.redeliver(run, id));

            assertThat(receiver.await(3).header("Pond-delivery")).isEqualTo(id.toString());
            assertThat(receiver.await(3).header("Pond-attempt")).isEqualTo("3");
            assertThat(webhooks.await(run, delivery -> delivery.attempts().size() == 3)
                            .status())
                    .isEqualTo(DeliveryStatus.DELIVERED);
        }
    }

    @Test
    void whatIsPendingOutlivesTheServer() {
        try (TestReceiver receiver = TestReceiver.answering(500, 200)) {
            RunId run = webhooks.end(receiver.url());
            webhooks.awaitAttempts(run, 1);
            clock.advance(Duration.ofDays(3));
            reopen(TestWebhooks.Options.usual());

            webhooks.awaitStatus(run, DeliveryStatus.DELIVERED);
            assertThat(receiver.await(2).body()).isEqualTo(receiver.await(1).body());
        }
    }

    @Test
    void anAttemptThatWasBrokenOffIsMadeAgain() {
        try (TestReceiver hanging = TestReceiver.hanging()) {
            RunId run = webhooks.end(hanging.url());
            Seen first = hanging.await(1);
            reopen(TestWebhooks.Options.usual());

            Seen second = hanging.await(2);
            assertThat(second.header("Pond-delivery")).isEqualTo(first.header("Pond-delivery"));
            assertThat(second.header("Pond-attempt")).isEqualTo("1");
            assertThat(webhooks.delivery(run).attempts()).isEmpty();
        }
    }

    @Test
    void aReceiverThatDoesNotAnswerInTimeHasFailed() {
        reopen(TestWebhooks.Options.usual().within(Duration.ofMillis(400)));
        try (TestReceiver hanging = TestReceiver.hanging()) {
            RunId run = webhooks.end(hanging.url());

            DeliveryView delivery = webhooks.awaitAttempts(run, 1);
            assertThat(delivery.status()).isEqualTo(DeliveryStatus.PENDING);
            assertThat(delivery.attempts().get(0).error()).isEqualTo("no answer within 400 ms");
            assertThat(delivery.attempts().get(0).durationMs()).isGreaterThanOrEqualTo(399);
        }
    }

    @Test
    void theSecretIsNowhereOnTheDisk() throws Exception {
        try (TestReceiver receiver = TestReceiver.answering(200)) {
            RunId run = webhooks.end(receiver.url());
            webhooks.awaitStatus(run, DeliveryStatus.DELIVERED);

            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files)
                        .isNotEmpty()
                        .allSatisfy(
                                file -> assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                                        .doesNotContain(SECRET));
            }
        }
    }

    @Test
    void underAnotherKeyNothingIsSentAndTheReasonIsShown() {
        try (TestReceiver receiver = TestReceiver.answering(500, 200)) {
            RunId run = webhooks.end(receiver.url());
            webhooks.awaitAttempts(run, 1);
            reopen(TestWebhooks.Options.usual().keyed(1));
            webhooks.pass(Duration.ofSeconds(6));

            assertThat(webhooks.awaitAttempts(run, 2).attempts().get(1).error())
                    .isEqualTo("the server's key does not open the callback's secret");
            assertThat(receiver.seen).hasSize(1);
        }
    }

    @Test
    void aRunWithoutACallbackIsToldToNobodyAndDeliveriesGoWithTheirRun() {
        try (TestReceiver receiver = TestReceiver.answering(500)) {
            RunId quiet = webhooks.end(webhooks.submit(""));
            RunId run = webhooks.end(receiver.url());
            webhooks.awaitAttempts(run, 1);

            assertThat(webhooks.service.list(quiet).deliveries()).isEmpty();
            get(webhooks.database.db.change(tx -> tx.update("DELETE FROM runs WHERE id = ?", run)));
            assertThat(webhooks.service.list(run).deliveries()).isEmpty();
            List<Long> kept = webhooks.database.db.read(
                    tx -> tx.list("SELECT number FROM delivery_attempts", row -> row.number("number")));
            assertThat(kept).isEmpty();
        }
    }
}
