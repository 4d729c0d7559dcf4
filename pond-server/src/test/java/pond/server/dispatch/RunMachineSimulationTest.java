package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import pond.common.api.RunStatus;
import pond.common.definition.ExecutorKind;
import pond.common.definition.RetryOn;
import pond.common.definition.RetrySpec;
import pond.server.dispatch.RunEvent.End;
import pond.server.stages.Stage;

/** Random runs and random events; {@link MachineModel} checks after each what must hold. */
class RunMachineSimulationTest {
    private static final int RUNS = 4_000;
    private static final int RERUNS = 6;
    private static final int MAX_EVENTS = 500;
    private static final List<ExecutorKind> KINDS =
            List.of(ExecutorKind.NOOP, ExecutorKind.BUILTIN, ExecutorKind.SHELL);

    @Test
    void invariantsHoldWhateverHappens() {
        long first = new Random().nextLong();
        Map<RunStatus, Integer> ends = new EnumMap<>(RunStatus.class);
        for (long seed = first; seed < first + RUNS; seed++) {
            ends.merge(simulate(seed, 1), 1, Integer::sum);
        }
        assertThat(ends.keySet())
                .as("a simulation that never reaches an end proves nothing about it")
                .containsExactlyInAnyOrder(RunStatus.DONE, RunStatus.FAILED, RunStatus.CANCELLED);
    }

    @Test
    void invariantsHoldWhereStagesAreReused() {
        long first = new Random().nextLong();
        int done = 0;
        for (long seed = first; seed < first + RUNS; seed++) {
            done += simulate(seed, RERUNS) == RunStatus.DONE ? 1 : 0;
        }
        assertThat(done)
                .as("runs that came to a good end, some after several tries")
                .isGreaterThan(RUNS / 2);
    }

    /** How a run ends, re-run from what failed until it is done, or has been begun that often. */
    private static RunStatus simulate(long seed, int times) {
        Random random = new Random(seed);
        List<String> history = new ArrayList<>();
        try {
            MachineModel model = new MachineModel(plans(random)).submit();
            history.add("submitted: " + model);
            toTheEnd(model, random, history);
            for (int more = 1; more < times && model.run().status() != RunStatus.DONE; more++) {
                history.clear();
                boolean kept = random.nextBoolean();
                model = model.rerun(kept);
                history.add("re-run, bundle " + kept + ": " + model.statuses());
                model.submit();
                toTheEnd(model, random, history);
            }
            return model.run().status();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + "\n" + String.join("\n", history), e);
        }
    }

    private static void toTheEnd(MachineModel model, Random random, List<String> history) {
        while (!model.run().status().isTerminal()) {
            assertThat(history).as("this run never ends").hasSizeLessThan(MAX_EVENTS);
            history.add(step(model, random) + ": " + model);
        }
    }

    private static List<Stage.Plan> plans(Random random) {
        List<Stage.Plan> plans = new ArrayList<>();
        int count = 1 + random.nextInt(7);
        boolean fetches = random.nextBoolean();
        if (fetches) {
            plans.add(MachineModel.plan(0, ExecutorKind.FETCH, RetrySpec.NONE));
        }
        for (int position = plans.size(); position < count; position++) {
            List<Integer> before = new ArrayList<>();
            for (int earlier = 0; earlier < position; earlier++) {
                if (random.nextInt(3) == 0) {
                    before.add(earlier);
                }
            }
            if (fetches && before.isEmpty()) {
                before.add(0);
            }
            Set<RetryOn> on = EnumSet.noneOf(RetryOn.class);
            for (RetryOn one : RetryOn.values()) {
                if (random.nextBoolean()) {
                    on.add(one);
                }
            }
            plans.add(MachineModel.plan(
                    position,
                    KINDS.get(random.nextInt(KINDS.size())),
                    new RetrySpec(1 + random.nextInt(4), on, random.nextInt(2)),
                    before.toArray(Integer[]::new)));
        }
        return plans;
    }

    private static String step(MachineModel model, Random random) {
        List<Integer> positions = new ArrayList<>(model.jobs().keySet());
        int position = positions.get(random.nextInt(positions.size()));
        boolean leased = Objects.requireNonNull(model.jobs().get(position)).leased();
        int dice = random.nextInt(100);
        if (dice < 3) {
            model.cancel();
            return "cancel";
        }
        if (dice < 4) {
            model.expire();
            return "expire";
        }
        if (dice < 8 && model.run().status() == RunStatus.CANCELLING) {
            model.cancelOverdue();
            return "cancel overdue";
        }
        if (!leased && dice < 10) {
            model.unserved(position);
            return "unserved " + position;
        }
        if (!leased) {
            model.lease(position);
            return "lease " + position;
        }
        End end = dice < 75 ? End.DONE : List.of(End.values()).get(random.nextInt(End.values().length));
        model.end(position, end, random.nextInt(4) > 0);
        return end + " " + position;
    }
}
