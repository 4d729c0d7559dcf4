package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pond.common.api.Failure;
import pond.common.api.StageStatus;
import pond.common.definition.RetryOn;
import pond.common.definition.RetrySpec;
import pond.server.dispatch.AreaEvent.Course;
import pond.server.dispatch.RunEvent.End;
import pond.server.swarm.Area;
import pond.server.swarm.Substage;

/** The areas of a fan-out by themselves: single moves, and random histories with their jobs as effects make them. */
class SubstageMachineTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");
    private static final Failure WHY = new Failure("bad", "it was bad");
    private static final int HISTORIES = 2_000;
    private static final int MAX_EVENTS = 400;

    @ParameterizedTest
    @CsvSource({
        "DONE, GOING, 1, DONE", "DONE, FAILING, 1, DONE", "DONE, CANCELLING, 1, CANCELLED",
        "FAILED, GOING, 1, QUEUED", "FAILED, GOING, 2, FAILED", "FAILED, FAILING, 1, FAILED",
        "FAILED, CANCELLING, 1, CANCELLED", "TIMEOUT, GOING, 1, FAILED", "LOST, GOING, 1, FAILED",
        "CANCELLED, GOING, 1, FAILED", "CANCELLED, CANCELLING, 1, CANCELLED"
    })
    void whatARunningAreaBecomes(End end, Course course, int attempt, StageStatus to) {
        RetrySpec retry = new RetrySpec(2, Set.of(RetryOn.FAILED), 3);
        Substage running = area("a").running(attempt, "w", AT);
        Failure failure = end == End.DONE || end == End.CANCELLED ? null : WHY;
        SubstageMachine.Decision decision = SubstageMachine.decide(
                retry, List.of(running), new AreaEvent.Ended(AT, "a", end, failure, null, course));

        assertThat(decision.areas().get(0).status()).isEqualTo(to);
        assertThat(decision.over()).isEqualTo(to != StageStatus.QUEUED);
        assertThat(decision.effects())
                .isEqualTo(
                        to == StageStatus.QUEUED
                                ? List.of(new AreaEffect.Enqueue("a", 2, Duration.ofSeconds(3)))
                                : List.of());
    }

    @Test
    void whatIsCalledOffDependsOnWhetherItWasTried() {
        Substage fresh = area("fresh");
        Substage tried = area("tried").running(1, "w", AT).queued(1, WHY);
        Substage running = area("running").running(1, "w", AT);
        Substage done = area("done").running(1, "w", AT).ended(StageStatus.DONE, AT, 0, null);
        List<Substage> all = List.of(fresh, tried, running, done);

        assertThat(statuses(decide(all, new AreaEvent.RetriesCalledOff(AT))))
                .containsExactly(StageStatus.QUEUED, StageStatus.FAILED, StageStatus.RUNNING, StageStatus.DONE);
        SubstageMachine.Decision stopped = decide(all, new AreaEvent.Stopped(AT));
        assertThat(statuses(stopped))
                .containsExactly(StageStatus.SKIPPED, StageStatus.CANCELLED, StageStatus.RUNNING, StageStatus.DONE);
        assertThat(stopped.effects())
                .containsExactly(
                        new AreaEffect.Withdraw("fresh"),
                        new AreaEffect.Withdraw("tried"),
                        new AreaEffect.Stop("running"));
        Failure limit = new Failure("run_timeout", "too long");
        SubstageMachine.Decision back = decide(all, new AreaEvent.TakenBack(AT, StageStatus.FAILED, limit));
        assertThat(statuses(back))
                .containsExactly(StageStatus.SKIPPED, StageStatus.FAILED, StageStatus.FAILED, StageStatus.DONE);
        assertThat(back.areas().get(1).error()).as("its own").isEqualTo(WHY);
        assertThat(back.areas().get(2).error()).isEqualTo(limit);
        assertThat(back.effects()).contains(new AreaEffect.Revoke("running"));
        assertThat(back.over()).isTrue();
    }

    @Test
    void nothingHappensToAnAreaThatHasEnded() {
        Substage done = area("a").running(1, "w", AT).ended(StageStatus.DONE, AT, 0, null);
        assertThatThrownBy(
                        () -> decide(List.of(done), new AreaEvent.Ended(AT, "a", End.FAILED, WHY, null, Course.GOING)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("area a");
        assertThatThrownBy(() -> decide(List.of(done), new AreaEvent.Leased(AT, "b", 1, "w")))
                .isInstanceOf(IllegalStateException.class);
    }

    /** Whatever happens: each area has the one job that its status asks for, ends once, and all end. */
    @Test
    void everyAreaEndsOnce() {
        long first = new Random().nextLong();
        Set<StageStatus> ends = EnumSet.noneOf(StageStatus.class);
        for (long seed = first; seed < first + HISTORIES; seed++) {
            List<String> history = new ArrayList<>();
            try {
                ends.addAll(simulate(new Random(seed), history));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + "\n" + String.join("\n", history), e);
            }
        }
        assertThat(ends)
                .containsExactlyInAnyOrder(
                        StageStatus.DONE, StageStatus.FAILED, StageStatus.CANCELLED, StageStatus.SKIPPED);
    }

    private static List<StageStatus> simulate(Random random, List<String> history) {
        RetrySpec retry = new RetrySpec(1 + random.nextInt(3), EnumSet.allOf(RetryOn.class), random.nextInt(2));
        List<Substage> areas = new ArrayList<>();
        Map<String, Boolean> leased = new HashMap<>();
        for (int i = 0; i < 1 + random.nextInt(8); i++) {
            areas.add(area("a" + i));
            leased.put("a" + i, false);
        }
        Course course = Course.GOING;
        while (!leased.isEmpty()) {
            assertThat(history).as("this fan-out never ends").hasSizeLessThan(MAX_EVENTS);
            AreaEvent event = next(random, areas, leased, course);
            if (event instanceof AreaEvent.Stopped) {
                course = Course.CANCELLING;
            } else if (event instanceof AreaEvent.RetriesCalledOff) {
                course = Course.FAILING;
            }
            SubstageMachine.Decision decision = SubstageMachine.decide(retry, areas, event);
            history.add(event + ": " + decision);
            perform(event, decision.effects(), leased);
            check(areas, decision.areas(), leased);
            areas = decision.areas();
            assertThat(decision.over()).isEqualTo(leased.isEmpty());
        }
        return areas.stream().map(Substage::status).toList();
    }

    private static AreaEvent next(Random random, List<Substage> areas, Map<String, Boolean> leased, Course course) {
        int dice = random.nextInt(100);
        if (dice < 2 && course != Course.CANCELLING) {
            return new AreaEvent.Stopped(AT);
        }
        if (dice < 4 && course == Course.GOING) {
            return new AreaEvent.RetriesCalledOff(AT);
        }
        if (dice < 6) {
            boolean cancel = course == Course.CANCELLING;
            return new AreaEvent.TakenBack(
                    AT, cancel ? StageStatus.CANCELLED : StageStatus.FAILED, cancel ? null : WHY);
        }
        List<Substage> live =
                areas.stream().filter(area -> leased.containsKey(area.key())).toList();
        Substage area = live.get(random.nextInt(live.size()));
        if (Boolean.TRUE.equals(leased.get(area.key()))) {
            End end = List.of(End.values()).get(random.nextInt(End.values().length));
            Failure failure = end == End.DONE || end == End.CANCELLED ? null : WHY;
            return new AreaEvent.Ended(AT, area.key(), end, failure, null, course);
        }
        return dice < 10
                ? new AreaEvent.Unserved(AT, area.key(), WHY)
                : new AreaEvent.Leased(AT, area.key(), area.attempt() + 1, "w");
    }

    private static void perform(AreaEvent event, List<AreaEffect> effects, Map<String, Boolean> leased) {
        if (event instanceof AreaEvent.Ended ended) {
            leased.remove(ended.key());
        } else if (event instanceof AreaEvent.Leased lease) {
            leased.put(lease.key(), true);
        }
        for (AreaEffect effect : effects) {
            if (effect instanceof AreaEffect.Enqueue) {
                assertThat(leased.put(effect.key(), false)).as("a second job").isNull();
            } else if (effect instanceof AreaEffect.Withdraw) {
                assertThat(leased.remove(effect.key())).as("%s", effect).isEqualTo(false);
            } else if (effect instanceof AreaEffect.Stop) {
                assertThat(leased.get(effect.key())).as("%s", effect).isEqualTo(true);
            } else {
                assertThat(leased.remove(effect.key())).as("%s", effect).isEqualTo(true);
            }
        }
    }

    private static void check(List<Substage> before, List<Substage> now, Map<String, Boolean> leased) {
        assertThat(now).hasSameSizeAs(before);
        for (int i = 0; i < now.size(); i++) {
            Substage area = now.get(i);
            if (before.get(i).status().isTerminal()) {
                assertThat(area).isEqualTo(before.get(i));
            }
            assertThat(leased.get(area.key()))
                    .isEqualTo(area.status().isTerminal() ? null : area.status() == StageStatus.RUNNING);
            assertThat(area.finishedAt() != null).isEqualTo(area.status().isTerminal());
            assertThat(area.status() != StageStatus.FAILED || area.error() != null)
                    .isTrue();
        }
    }

    private static SubstageMachine.Decision decide(List<Substage> areas, AreaEvent event) {
        return SubstageMachine.decide(RetrySpec.NONE, areas, event);
    }

    private static List<StageStatus> statuses(SubstageMachine.Decision decision) {
        return decision.areas().stream().map(Substage::status).toList();
    }

    private static Substage area(String key) {
        return Substage.first(new Area(key, key, List.of(), ""), 0);
    }
}
