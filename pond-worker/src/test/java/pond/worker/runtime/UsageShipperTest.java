package pond.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import pond.common.protocol.Attach;
import pond.common.protocol.Job;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;
import pond.common.protocol.UsageRecord;
import pond.common.protocol.UsageTotals;
import pond.worker.runtime.FakeServer.Fate;

class UsageShipperTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<Fate> FATES =
            List.of(Fate.ANSWERED, Fate.ANSWERED, Fate.ANSWERED, Fate.CALL_LOST, Fate.ANSWER_LOST, Fate.LATE);
    private static TimerThread shipping = new TimerThread("never");

    @BeforeAll
    @BeforeContainer
    static void start() {
        shipping = new TimerThread("usage-test");
    }

    @AfterAll
    @AfterContainer
    static void stop() {
        shipping.stop();
    }

    @Test
    void callsThatComeTogetherGoTogetherWhileTheStageRuns() {
        Shipped shipped = new Shipped();
        Calls.some(3).forEach(shipped.usage::add);

        await().atMost(PATIENCE).until(() -> shipped.arrived().equals(Calls.some(3)));
        assertThat(shipped.batches()).containsExactly(3);
        shipped.usage.add(Calls.call(4));
        await().atMost(PATIENCE).until(() -> shipped.arrived().equals(Calls.some(4)));
    }

    @Test
    void withoutCallsItIsFinishedAtOnce() {
        assertThat(new Shipped().usage.finish()).isCompletedWithValue(UsageTotals.NONE);
    }

    @Test
    void finishingSendsTheRestAndGivesTheSumOfAll() throws Exception {
        Shipped shipped = new Shipped();
        Calls.some(250).forEach(shipped.usage::add);

        assertThat(shipped.finish()).isEqualTo(UsageTotals.of(Calls.some(250)));
        assertThat(shipped.arrived()).containsExactlyInAnyOrderElementsOf(Calls.some(250));
        assertThat(shipped.batches())
                .allMatch(size -> size <= UsageShipper.BATCH)
                .hasSizeLessThan(10);
    }

    @Test
    void whatComesAfterTheEndIsNotCounted() throws Exception {
        Shipped shipped = new Shipped();
        shipped.usage.add(Calls.call(1));
        shipped.finish();

        shipped.usage.add(Calls.call(2));

        assertThat(shipped.finish()).isEqualTo(UsageTotals.of(Calls.some(1)));
        assertThat(shipped.arrived()).isEqualTo(Calls.some(1));
    }

    @Property(tries = 40)
    void neitherLostNorLateAnswersLoseOrDoubleACall(@ForAll long seed, @ForAll @IntRange(max = 700) int calls)
            throws Exception {
        Random random = new Random(seed);
        Shipped shipped = new Shipped();
        shipped.server.fates(call -> {
            synchronized (random) {
                return FATES.get(random.nextInt(FATES.size()));
            }
        });

        Calls.some(calls).forEach(shipped.usage::add);

        assertThat(shipped.finish()).isEqualTo(UsageTotals.of(Calls.some(calls)));
        assertThat(shipped.arrived()).containsExactlyInAnyOrderElementsOf(Calls.some(calls));
    }

    @Test
    void whoBringsTooMuchWaitsUntilTheServerIsBack() throws Exception {
        Shipped shipped = new Shipped();
        shipped.server.fates(call -> Fate.CALL_LOST);
        Calls.some(UsageShipper.MOST_UNSENT).forEach(shipped.usage::add);
        Thread bringing =
                new Thread(() -> shipped.usage.add(Calls.call(UsageShipper.MOST_UNSENT + 1)), "pond-test-bringing");
        bringing.start();
        await().atMost(PATIENCE).until(() -> bringing.getState() == Thread.State.WAITING);

        shipped.server.fates(call -> Fate.ANSWERED);

        bringing.join(PATIENCE.toMillis());
        assertThat(bringing.isAlive()).isFalse();
        assertThat(shipped.finish().calls()).isEqualTo(UsageShipper.MOST_UNSENT + 1);
        assertThat(shipped.arrived()).hasSize(UsageShipper.MOST_UNSENT + 1);
    }

    @Test
    void anInterruptedThreadLeavesItsCallAndStaysInterrupted() throws Exception {
        Shipped shipped = new Shipped();
        shipped.server.fates(call -> Fate.CALL_LOST);
        Calls.some(UsageShipper.MOST_UNSENT).forEach(shipped.usage::add);
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread bringing = new Thread(
                () -> {
                    shipped.usage.add(Calls.call(UsageShipper.MOST_UNSENT + 1));
                    interrupted.set(Thread.currentThread().isInterrupted());
                },
                "pond-test-interrupted");
        bringing.start();
        await().atMost(PATIENCE).until(() -> bringing.getState() == Thread.State.WAITING);

        bringing.interrupt();
        bringing.join(PATIENCE.toMillis());

        assertThat(interrupted).isTrue();
        shipped.server.fates(call -> Fate.ANSWERED);
        assertThat(shipped.finish().calls()).isEqualTo(UsageShipper.MOST_UNSENT + 1);
    }

    @Test
    void aJobThatIsLostLetsGoOfEverybodyAndSendsNothing() throws Exception {
        Shipped shipped = new Shipped();
        shipped.server.fates(call -> Fate.CALL_LOST);
        Calls.some(UsageShipper.MOST_UNSENT).forEach(shipped.usage::add);
        Thread bringing = new Thread(() -> shipped.usage.add(Calls.call(10_001)), "pond-test-lost");
        bringing.start();
        await().atMost(PATIENCE).until(() -> bringing.getState() == Thread.State.WAITING);

        shipped.held.lose();
        shipped.server.fates(call -> Fate.ANSWERED);
        bringing.join(PATIENCE.toMillis());

        assertThat(bringing.isAlive()).isFalse();
        // Longer than any pause before another try.
        await().during(Duration.ofMillis(5_500))
                .atMost(PATIENCE)
                .until(() -> shipped.arrived().isEmpty());
        assertThat(shipped.usage.finish()).isNotDone();
    }

    @Test
    void aRefusalForGoodGivesTheJobUp() {
        Shipped shipped = new Shipped();
        shipped.server.refuse("usage", new ProtocolException(Refusal.INVALID, "what was used is not negative"));

        shipped.usage.add(Calls.call(1));

        await().atMost(PATIENCE).until(shipped.held::isLost);
        assertThat(shipped.server.look(() -> shipped.server.refused)).isEqualTo(1);
    }

    @Test
    void aBusyServerIsAskedAgain() throws Exception {
        Shipped shipped = new Shipped();
        shipped.server.refuse("usage", new ProtocolException(Refusal.BUSY, "too much is waiting"));
        shipped.usage.add(Calls.call(1));
        await().atMost(PATIENCE).until(() -> shipped.server.look(() -> shipped.server.refused) >= 2);

        shipped.server.refuse("usage", null);

        assertThat(shipped.finish().calls()).isEqualTo(1);
        assertThat(shipped.held.isLost()).isFalse();
    }

    /** The calls of one job that a server has handed out. */
    private static final class Shipped {
        final FakeServer server = new FakeServer(Duration.ofSeconds(30));
        final HeldJob held;
        final UsageShipper usage;
        private final Job job = TestWorker.agent("usage", "area");

        Shipped() {
            server.submit(job);
            server.attach(new Attach(1, "n", "v", Set.of(), Set.of(), Set.of(), 1))
                    .join();
            server.lease(new LeaseRequest(1, Duration.ofSeconds(1))).join();
            held = new HeldJob(job, Long.MAX_VALUE);
            usage = new UsageShipper(held, server, shipping);
        }

        UsageTotals finish() throws Exception {
            return usage.finish().get(60, TimeUnit.SECONDS);
        }

        List<UsageRecord> arrived() {
            return server.look(() -> List.copyOf(server.ledger(job.id()).usage.values()));
        }

        List<Integer> batches() {
            return server.look(() -> List.copyOf(server.ledger(job.id()).usageBatches));
        }
    }
}
