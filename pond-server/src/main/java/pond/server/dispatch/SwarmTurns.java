package pond.server.dispatch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.api.Failure;
import pond.common.api.LogSource;
import pond.common.definition.ExecutorSpec.Swarm;
import pond.common.swarm.HarnessSpec;
import pond.common.swarm.ModelSpec;
import pond.server.artifacts.Artifact;
import pond.server.db.Tx;
import pond.server.runs.Run;
import pond.server.stages.Stage;
import pond.server.stages.Wait;
import pond.server.stages.WaitCode;
import pond.server.swarm.AreaList;
import pond.server.swarm.AreaPrompt;
import pond.server.swarm.FanOutException;
import pond.server.swarm.FrozenInvocation;
import pond.server.swarm.FrozenInvocations;
import pond.server.workers.Needs;

/**
 * What happens to an agent's stage when its turn has come: harness and model are frozen, or waited for; a fan-out learns
 * its areas; jobs are queued. Runs on the writer's thread; a list of areas is read from the disk there, 1 MiB at most.
 */
final class SwarmTurns {
    private static final Logger log = LoggerFactory.getLogger(SwarmTurns.class);

    /** Beyond these, the line about areas that are left out says how many more there are. */
    private static final int NAMED = 50;

    private final Agents agents;
    private final JobQueue queue;
    private final FanOuts fanOuts;
    private final FrozenInvocations invocations = new FrozenInvocations();

    SwarmTurns(Agents agents, JobQueue queue, FanOuts fanOuts) {
        this.agents = agents;
        this.queue = queue;
        this.fanOuts = fanOuts;
    }

    /** A stage whose turn it is, among all of its run. */
    record Turn(Run run, List<Stage> all, Stage stage) {
        private Swarm swarm() {
            return (Swarm) stage.plan().executor();
        }
    }

    /** Queues an attempt; why the stage fails, when it cannot begin. */
    Optional<Failure> enqueue(Tx tx, Turn turn, Effect.Enqueue effect, Instant at) {
        Run run = turn.run();
        JobQueue.Subject whole = new JobQueue.Subject(turn.stage().position(), null, effect.attempt());
        Optional<FrozenInvocation> frozen = frozen(tx, turn);
        if (frozen.isEmpty()) {
            Missing missing = missing(tx, turn.swarm());
            queue.hold(tx, run, whole, turn.stage().plan().needs(), missing.code(), missing.why(), at);
            return Optional.empty();
        }
        String capability = frozen.get().harness().capability();
        String needs = Needs.ofAgent(turn.swarm(), run.project(), capability).text();
        if (turn.swarm().fanout() == null) {
            queue.add(tx, run, whole, needs, effect.delay(), at);
            return Optional.empty();
        }
        try {
            AreaList list = areas(tx, turn, turn.swarm().fanout());
            new AreaPrompt(turn.swarm().prompt()).check(list.areas());
            fanOuts.begin(tx, run, turn.stage().position(), list.areas(), needs, at);
            if (!list.leftOut().isEmpty()) {
                tx.afterCommit(() -> tell(turn, list.leftOut()));
            }
            return Optional.empty();
        } catch (FanOutException e) {
            return Optional.of(e.failure());
        }
    }

    /** Looks again at a stage that waits for an operator; true when it waits no more. */
    boolean isKnown(Tx tx, Turn turn, Wait wait) {
        if (frozen(tx, turn).isPresent()) {
            return true;
        }
        Missing missing = missing(tx, turn.swarm());
        if (missing.code() != wait.code() || !missing.why().equals(wait.message())) {
            queue.wait(
                    tx,
                    new Wait(
                            wait.subject(),
                            wait.run(),
                            wait.position(),
                            missing.code(),
                            missing.why(),
                            wait.since(),
                            wait.deadline()));
        }
        return false;
    }

    /** What the first turn froze, or freezes now; empty while harness or model is unknown. */
    private Optional<FrozenInvocation> frozen(Tx tx, Turn turn) {
        Optional<FrozenInvocation> before =
                invocations.find(tx, turn.run().id(), turn.stage().position());
        if (before.isPresent()) {
            return before;
        }
        Optional<HarnessSpec> harness = agents.harnesses().find(tx, turn.swarm().harness());
        Optional<ModelSpec> model = agents.models().find(tx, turn.swarm().model());
        Optional<FrozenInvocation> now = harness.flatMap(known -> model.map(also -> new FrozenInvocation(known, also)));
        now.ifPresent(
                frozen -> invocations.insert(tx, turn.run().id(), turn.stage().position(), frozen));
        return now;
    }

    private record Missing(WaitCode code, String why) {}

    private Missing missing(Tx tx, Swarm swarm) {
        List<String> unknown = new ArrayList<>();
        boolean noHarness = agents.harnesses().find(tx, swarm.harness()).isEmpty();
        if (noHarness) {
            unknown.add("harness '" + swarm.harness() + "'");
        }
        if (agents.models().find(tx, swarm.model()).isEmpty()) {
            unknown.add("model '" + swarm.model() + "'");
        }
        String verb = unknown.size() == 1 ? " is" : " are";
        return new Missing(
                noHarness ? WaitCode.HARNESS_UNKNOWN : WaitCode.MODEL_UNKNOWN,
                String.join(" and ", unknown) + verb + " not registered on this server");
    }

    private AreaList areas(Tx tx, Turn turn, Swarm.Fanout fanout) {
        List<String> before = StageGraph.ancestors(turn.all(), turn.stage());
        Artifact artifact = agents.artifacts().visibleTo(tx, turn.run().id(), before).stream()
                .filter(one -> one.name().value().equals(fanout.artifact()))
                // What a stage has as a whole goes before what one of its areas has.
                .min(Comparator.comparingInt((Artifact one) -> before.indexOf(one.stage()))
                        .thenComparing(one -> one.substage() != null))
                .orElseThrow(() -> FanOutException.noArtifact(fanout.artifact()));
        if (artifact.digest().size() > AreaList.MAX_BYTES) {
            throw FanOutException.invalid("artifact '" + fanout.artifact() + "' has "
                    + artifact.digest().size() + " bytes; a list of areas has at most " + AreaList.MAX_BYTES);
        }
        return AreaList.read(fanout.artifact(), bytes(artifact), fanout.maxAreas());
    }

    private byte[] bytes(Artifact artifact) {
        FileChannel file = agents.artifacts()
                .open(artifact.digest().sha256())
                .orElseThrow(() -> FanOutException.noArtifact(artifact.name().value()));
        try (InputStream in = Channels.newInputStream(file)) {
            return in.readNBytes(AreaList.MAX_BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tell(Turn turn, List<String> leftOut) {
        String more = leftOut.size() > NAMED ? " and " + (leftOut.size() - NAMED) + " more" : "";
        String line = "more areas than maxAreas lets in; left out: "
                + String.join(", ", leftOut.subList(0, Math.min(NAMED, leftOut.size()))) + more;
        CompletableFuture<?> unused = agents.logs()
                .appendSystem(turn.run().id(), turn.stage().plan().key(), LogSource.POND, List.of(line))
                .whenComplete((last, error) -> {
                    if (error != null) {
                        log.warn(
                                "the log of run {} lacks this line: {}",
                                turn.run().id(),
                                line,
                                error);
                    }
                });
    }
}
