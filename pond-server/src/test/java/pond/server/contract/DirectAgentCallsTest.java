package pond.server.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;
import pond.common.protocol.Completion;
import pond.common.protocol.Job;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.Outcome;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Receipt;
import pond.common.protocol.Refusal;
import pond.common.protocol.WorkerProtocol;
import pond.server.dispatch.TestAgents;
import pond.server.workerapi.WorkerProtocolService;
import pond.server.workers.Party;
import pond.testing.TestMachine;

class DirectAgentCallsTest extends AgentCallsContract {
    @Override
    protected WorkerProtocol client(TestMachine enrolled, WorkerId identity) {
        return new ThroughJson(new WorkerProtocolService(server.rooms, new Party(identity, Set.of())));
    }

    /** The server runs no agents itself; were it to, it would have no key to seal to or to sign with. */
    @Test
    void theServersOwnWorkerGetsNoCredentialAndSignsNothing() {
        TestAgents agents = new TestAgents(server);
        agents.credential("", "openai", "sk-everybody");
        WorkerProtocol local = new WorkerProtocolService(server.rooms, new Party(null, Set.of()));
        get(local.attach(TestAgents.attach()));
        server.settle();
        RunId run = agents.submit("", "", "fix");
        Job job = get(local.lease(new LeaseRequest(1, Duration.ofSeconds(10)))).get(0);

        assertThat(failure(local.credential(job.ref())))
                .isInstanceOfSatisfying(
                        ProtocolException.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.INVALID))
                .hasMessageContaining("sealed to keys of workers only");
        get(local.complete(new Completion(job.ref(), Outcome.done(0), 0, List.of(), Receipt.NONE, null)));
        assertThat(server.stage(run, "fix").status().toString()).isEqualTo("done");
        assertThat(agents.attestation(run, "fix")).isEqualTo("none");
    }
}
