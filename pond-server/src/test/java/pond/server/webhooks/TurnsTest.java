package pond.server.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.DeliveryStatus;
import pond.common.ids.RunId;
import pond.testing.TestClock;
import pond.testing.TestReceiver;

/** Who is held up by receivers that do not answer: nobody else. */
class TurnsTest {
    private final TestClock clock = new TestClock();

    @TempDir
    private Path folder;

    private TestWebhooks open(String allowed) {
        TestWebhooks.Options options = TestWebhooks.Options.usual();
        return new TestWebhooks(
                folder, clock, options.allowing(allowed, name -> List.of(InetAddress.getLoopbackAddress())));
    }

    @Test
    void aReceiverThatHangsHoldsUpNoOther() {
        try (TestWebhooks webhooks = open("hanging.test good.test");
                TestReceiver hanging = TestReceiver.hanging();
                TestReceiver good = TestReceiver.answering(200)) {
            List<RunId> stuck = Stream.generate(() -> webhooks.end("http://hanging.test:" + hanging.port() + "/"))
                    .limit(20)
                    .toList();
            hanging.await(2);
            List<RunId> runs = Stream.generate(() -> webhooks.end("http://good.test:" + good.port() + "/"))
                    .limit(5)
                    .toList();

            runs.forEach(run -> webhooks.awaitStatus(run, DeliveryStatus.DELIVERED));
            assertThat(hanging.seen).hasSize(2);
            assertThat(stuck)
                    .allSatisfy(
                            run -> assertThat(webhooks.delivery(run).attempts()).isEmpty());
        }
    }

    @Test
    void aProjectWithManyReceiversThatHangHoldsUpNoOther() {
        String names = IntStream.range(0, 20).mapToObj(i -> "h" + i + ".test").collect(Collectors.joining(" "));
        try (TestWebhooks webhooks = open("good.test " + names);
                TestReceiver hanging = TestReceiver.hanging();
                TestReceiver good = TestReceiver.answering(200)) {
            for (String name : names.split(" ", -1)) {
                webhooks.end("http://" + name + ":" + hanging.port() + "/");
            }
            hanging.await(3);
            RunId run = webhooks.end("orchard", "http://good.test:" + good.port() + "/");

            webhooks.awaitStatus(run, DeliveryStatus.DELIVERED);
            assertThat(hanging.seen).hasSize(3);
        }
    }

    @Test
    void projectsTakeTurnsAndWithinThemReceivers() {
        try (TestWebhooks webhooks = new TestWebhooks(folder, clock, TestWebhooks.Options.usual(), false)) {
            for (String url : List.of("https://a.test/", "https://a.test/", "https://a.test/", "https://b.test/")) {
                webhooks.end(url);
            }
            webhooks.end("orchard", "https://a.test/");

            List<Delivery> due =
                    webhooks.database.db.read(tx -> new DeliveryStore().listDue(tx, clock.instant(), 2, 10));
            assertThat(due.subList(0, 2))
                    .extracting(delivery -> delivery.project() + " " + delivery.receiver())
                    .containsExactlyInAnyOrder("garden a.test", "orchard a.test");
            assertThat(due.subList(2, 4))
                    .extracting(delivery -> delivery.project() + " " + delivery.receiver())
                    .containsExactly("garden b.test", "garden a.test");
            assertThat(due).hasSize(4);
        }
    }
}
