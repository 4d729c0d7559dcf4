package pond.server.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static pond.testing.TestDatabase.get;

import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.ids.ArtifactName;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.ids.WorkerId;
import pond.common.json.Json;
import pond.common.protocol.ArtifactUpload;
import pond.common.protocol.AttestedEnd;
import pond.common.protocol.Completion;
import pond.common.protocol.Completion.Produced;
import pond.common.protocol.Job;
import pond.common.protocol.LeaseRequest;
import pond.common.protocol.Outcome;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.ProviderCredential;
import pond.common.protocol.Receipt;
import pond.common.protocol.Refusal;
import pond.common.protocol.RenewRequest;
import pond.common.protocol.Renewal;
import pond.common.protocol.SealedCredential;
import pond.common.protocol.UsageBatch;
import pond.common.protocol.UsageRecord;
import pond.common.protocol.UsageTotals;
import pond.common.protocol.WorkerProtocol;
import pond.server.auth.TokenDigest;
import pond.server.dispatch.TestAgents;
import pond.server.dispatch.TestDispatch;
import pond.testing.SecondHpke;
import pond.testing.TestMachine;

/** What {@link WorkerProtocol} promises about agents' jobs, whichever way its calls go. */
abstract class AgentCallsContract {
    private static final String TEXT = "result";

    protected TestDispatch server;
    private TestAgents agents;
    private TestMachine machine;
    private WorkerProtocol worker;

    /** How a newly enrolled machine speaks. */
    protected abstract WorkerProtocol client(TestMachine enrolled, WorkerId identity);

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        server = new TestDispatch(folder);
        agents = new TestAgents(server);
        machine = new TestMachine("w");
        worker = attached(machine);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void aCredentialIsForTheWorkerThatHasTheJobAlone() throws Exception {
        agents.credential("", "openai", "sk-everybody");
        agents.credential("garden", "openai", "sk-garden");
        agents.submit("", "", "fix");
        Job job = leaseOne();

        SealedCredential sealed = get(worker.credential(job.ref()));
        SealedCredential again = get(worker.credential(job.ref()));

        String text = SecondHpke.open(machine, sealed.sealed(), SealedCredential.context(job.id()));
        assertThat(Json.read(text, ProviderCredential.class))
                .isEqualTo(new ProviderCredential("openai", Map.of("REGION", "here"), Map.of("KEY", "sk-garden")));
        assertThat(again.sealed()).isNotEqualTo(sealed.sealed());
        assertThat(SecondHpke.open(machine, again.sealed(), SealedCredential.context(job.id())))
                .isEqualTo(text);
        byte[] other = SealedCredential.context(JobId.of("01890a5d-ac96-774b-bcce-b302099a8057"));
        assertThatThrownBy(() -> SecondHpke.open(machine, sealed.sealed(), other))
                .isInstanceOf(InvalidCipherTextException.class);
        assertThatThrownBy(() ->
                        SecondHpke.open(new TestMachine("spy"), sealed.sealed(), SealedCredential.context(job.id())))
                .isInstanceOf(InvalidCipherTextException.class);
        assertThat(agents.audited("credential.handed_out")).hasSize(2).allSatisfy(entry -> {
            assertThat(entry.actor()).startsWith("worker ");
            assertThat(entry.subject()).isEqualTo("main of project garden, for job " + job.id());
        });
    }

    @Test
    void aCredentialThatIsNotThereOrNotTheModelsIsRefused() {
        agents.submit("", "", "fix");
        Job job = leaseOne();

        assertThat(refused(worker.credential(job.ref())).refusal()).isEqualTo(Refusal.CREDENTIAL_MISSING);
        agents.credential("", "anthropic", "sk-other");
        ProtocolException wrong = refused(worker.credential(job.ref()));
        assertThat(wrong.refusal()).isEqualTo(Refusal.CREDENTIAL_MISSING);
        assertThat(wrong)
                .hasMessageContaining("for provider 'anthropic'")
                .hasMessageContaining("one of 'openai'")
                .hasMessageNotContaining("sk-other");
        assertThat(agents.audited("credential.handed_out")).isEmpty();
    }

    @Test
    void aCredentialGoesToNobodyElseAndToNoOtherKindOfJob() {
        agents.credential("", "openai", "sk-everybody");
        agents.submit("", "", "fix");
        Job job = leaseOne();
        WorkerProtocol other = attached(new TestMachine("other"));
        server.submit("garden", TestDispatch.noop("n"));
        Job noop = leaseOne();

        assertThat(refused(other.credential(job.ref())).refusal()).isEqualTo(Refusal.LEASE_LOST);
        assertThat(refused(worker.credential(noop.ref())).refusal()).isEqualTo(Refusal.CREDENTIAL_MISSING);
    }

    @Test
    void modelCallsCountOnceAtTheFrozenPriceAndAlsoAfterTheEnd() {
        RunId run = agents.submit("", "", "fix");
        Job job = leaseOne();
        UsageRecord first = TestAgents.call(1_000_000);
        UsageRecord late = TestAgents.call(500_000);

        get(worker.usage(new UsageBatch(job.ref(), List.of(first))));
        get(worker.usage(new UsageBatch(job.ref(), List.of(first))));
        get(worker.complete(signed(job, Outcome.failed("agent_failed", "exit 1", 1), List.of(first))));
        get(worker.usage(new UsageBatch(job.ref(), List.of(late))));

        assertThat(server.rooms.usage().of(run).totals().calls()).isEqualTo(2);
        assertThat(server.rooms.usage().of(run).totals().costUsd()).isEqualTo(new BigDecimal("1.500000"));
        WorkerProtocol other = attached(new TestMachine("other"));
        assertThat(refused(other.usage(new UsageBatch(job.ref(), List.of(TestAgents.call(1)))))
                        .refusal())
                .isEqualTo(Refusal.LEASE_LOST);
    }

    @Test
    void aJobWhoseBudgetIsUsedUpIsToldToEnd() {
        agents.submit("", "{\"max_tokens\":100}", "fix");
        Job job = leaseOne();
        get(worker.usage(new UsageBatch(job.ref(), List.of(TestAgents.call(99)))));
        assertThat(get(worker.renew(renewal(job, Duration.ZERO)))).isEqualTo(Renewal.none(false));
        CompletableFuture<Renewal> waiting = agents.asked(worker.renew(renewal(job, Duration.ofSeconds(10))));

        get(worker.usage(new UsageBatch(job.ref(), List.of(TestAgents.call(1)))));

        assertThat(get(waiting).overBudget()).containsExactly(job.id());
        assertThat(get(worker.renew(renewal(job, Duration.ZERO))).overBudget()).containsExactly(job.id());
    }

    @Test
    void anEndThatItsWorkerSignedIsVerified() {
        RunId run = agents.submit("", "", "fix");
        Job job = leaseOne();
        upload(job);
        UsageRecord call = TestAgents.call(10);
        get(worker.usage(new UsageBatch(job.ref(), List.of(call))));
        Completion completion = signed(job, Outcome.done(0), List.of(call));

        for (int i = 0; i < 2; i++) {
            get(worker.complete(completion));
        }

        assertThat(server.stage(run, "fix").status().toString()).isEqualTo("done");
        assertThat(agents.attestation(run, "fix")).isEqualTo("verified");
        assertThat(agents.isPublished(run, "a")).isTrue();
    }

    @Test
    void anEndWaitsForTheModelCallsThatItsWorkerSigned() {
        RunId run = agents.submit("", "", "fix");
        Job job = leaseOne();
        upload(job);
        UsageRecord call = TestAgents.call(10);
        Completion completion = signed(job, Outcome.done(0), List.of(call));

        assertThat(refused(worker.complete(completion)).refusal()).isEqualTo(Refusal.INCOMPLETE);
        get(worker.usage(new UsageBatch(job.ref(), List.of(call))));
        get(worker.complete(completion));

        assertThat(agents.attestation(run, "fix")).isEqualTo("verified");
    }

    @Test
    void anEndThatNobodySignedFails() {
        RunId run = agents.submit("", "", "fix");
        Job job = leaseOne();
        upload(job);
        Completion signed = signed(job, Outcome.done(0), List.of());

        get(worker.complete(new Completion(job.ref(), Outcome.done(0), 0, signed.artifacts(), Receipt.NONE, null)));

        assertFailed(run, "attestation_missing");
    }

    @Test
    void aSignatureUnderAnotherEndFails() {
        RunId run = agents.submit("", "", "fix");
        Job job = leaseOne();
        upload(job);
        Completion other = signed(job, Outcome.failed("agent_failed", "exit 1", 1), List.of());

        get(worker.complete(
                new Completion(job.ref(), Outcome.done(0), 0, other.artifacts(), Receipt.NONE, other.attestation())));

        assertFailed(run, "attestation_invalid");
    }

    @Test
    void aSignatureOfAnotherMachineFails() {
        RunId run = agents.submit("", "", "fix");
        Job job = leaseOne();
        upload(job);
        machine = new TestMachine("forger");

        get(worker.complete(signed(job, Outcome.done(0), List.of())));

        assertFailed(run, "attestation_invalid");
    }

    @Test
    void fewerModelCallsThanWereReportedFail() {
        RunId run = agents.submit("", "", "fix");
        Job job = leaseOne();
        upload(job);
        get(worker.usage(new UsageBatch(job.ref(), List.of(TestAgents.call(10)))));

        get(worker.complete(signed(job, Outcome.done(0), List.of())));

        assertFailed(run, "attestation_invalid");
    }

    private void assertFailed(RunId run, String code) {
        assertThat(server.stage(run, "fix").status().toString()).isEqualTo("failed");
        assertThat(String.valueOf(server.stage(run, "fix").error())).contains(code, "it said: done");
        assertThat(agents.attestation(run, "fix")).isEqualTo("none");
        assertThat(agents.isPublished(run, "a")).isFalse();
    }

    private WorkerProtocol attached(TestMachine one) {
        WorkerProtocol client = client(one, server.enroll(one));
        get(client.attach(TestAgents.attach()));
        server.settle();
        return client;
    }

    private Job leaseOne() {
        List<Job> jobs = get(worker.lease(new LeaseRequest(1, Duration.ofSeconds(10))));
        assertThat(jobs).hasSize(1);
        return jobs.get(0);
    }

    private void upload(Job job) {
        get(worker.putArtifact(
                new ArtifactUpload(job.ref(), new ArtifactName("a"), TEXT.length(), TokenDigest.of(TEXT)),
                0,
                new ByteArrayInputStream(TEXT.getBytes(StandardCharsets.UTF_8))));
    }

    /** An end that this machine signs; one that is done names the uploaded artifact. */
    private Completion signed(Job job, Outcome outcome, List<UsageRecord> calls) {
        List<Produced> produced = outcome.result() == Outcome.Result.DONE
                ? List.of(new Produced(new ArtifactName("a"), TokenDigest.of(TEXT)))
                : List.of();
        AttestedEnd end = new AttestedEnd(
                job.run(),
                job.stage(),
                job.substage(),
                job.attempt(),
                job.id(),
                outcome,
                produced,
                UsageTotals.of(calls));
        return new Completion(job.ref(), outcome, 0, produced, Receipt.NONE, machine.attest(end));
    }

    private static RenewRequest renewal(Job job, Duration wait) {
        return new RenewRequest(List.of(new RenewRequest.Held(job.ref(), false)), false, wait);
    }

    private static ProtocolException refused(CompletableFuture<?> call) {
        Throwable failure = pond.testing.TestDatabase.failure(call);
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        assertThat(cause).isInstanceOf(ProtocolException.class);
        return (ProtocolException) cause;
    }
}
