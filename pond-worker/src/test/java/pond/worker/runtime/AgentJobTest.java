package pond.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.LogStream;
import pond.common.ids.ArtifactName;
import pond.common.ids.JobId;
import pond.common.protocol.Attestation;
import pond.common.protocol.AttestedEnd;
import pond.common.protocol.Completion;
import pond.common.protocol.Completion.Produced;
import pond.common.protocol.Job;
import pond.common.protocol.Outcome;
import pond.common.protocol.ProviderCredential;
import pond.common.protocol.RawKeys;
import pond.common.protocol.SealedCredential;
import pond.common.protocol.UsageTotals;
import pond.worker.executors.StopReason;
import pond.worker.identity.Sealing;
import pond.worker.identity.WorkerKeys;
import pond.worker.runtime.FakeServer.Fate;
import pond.worker.runtime.TestExecutor.Behaviour;

/** What is special about the jobs of agents: credentials, model calls, budgets, and the signature under their end. */
class AgentJobTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String VALUE = "sk-an-example-of-a-key";
    private static final ProviderCredential CREDENTIAL =
            new ProviderCredential("openai", Map.of("base_url", "https://models.example"), Map.of("api_key", VALUE));

    @TempDir
    Path dir;

    private final WorkerKeys keys = WorkerKeys.generate();
    private TestWorker test;

    @BeforeEach
    void start() throws IOException {
        test = worker(dir.resolve("with-keys"), Optional.of(new JobKeys(keys::sign, keys::open)));
    }

    @AfterEach
    void stop() {
        test.close();
    }

    @Test
    void theEndIsSignedAsItWasReported() throws Exception {
        Job job = TestWorker.agent("review", "area-2");
        test.submit(job, context -> {
            Files.writeString(context.output().resolve("b.md"), "beta");
            Files.writeString(context.output().resolve("a.md"), "alpha");
            Calls.some(3).forEach(context::usage);
            return Outcome.done(0);
        });

        Completion completion = completion(job);

        List<Produced> artifacts = List.of(produced("a.md", "alpha"), produced("b.md", "beta"));
        UsageTotals used = new UsageTotals(3, 6, 6, 9, 12, 3);
        byte[] bytes =
                new AttestedEnd(job.run(), "review", "area-2", 2, job.id(), Outcome.done(0), artifacts, used).bytes();
        assertThat(attestation(completion).usage()).isEqualTo(used);
        assertThat(isSigned(bytes, completion)).isTrue();
        bytes[bytes.length - 2] ^= 1;
        assertThat(isSigned(bytes, completion)).isFalse();
    }

    @Test
    void aRefusedArtifactIsNotSignedAndTheFailureIs() throws Exception {
        test.server.uploads.refusedNames.add("bad.md");
        Job job = TestWorker.agent("writes", "area-1");
        test.submit(job, context -> {
            Files.writeString(context.output().resolve("bad.md"), "1");
            return Outcome.done(0);
        });

        Completion completion = completion(job);

        Outcome failed = Outcome.failed("artifact_refused", "whatever", 0);
        assertThat(isSigned(
                        new AttestedEnd(job.run(), "writes", "area-1", 2, job.id(), failed, List.of(), UsageTotals.NONE)
                                .bytes(),
                        completion))
                .isTrue();
    }

    @Test
    void modelCallsArriveBeforeTheEndHoweverOftenAnswersAreLost() {
        AtomicInteger lost = new AtomicInteger();
        test.server.fates(call -> call.equals("usage") && lost.incrementAndGet() < 4
                ? lost.get() % 2 == 0 ? Fate.CALL_LOST : Fate.ANSWER_LOST
                : Fate.ANSWERED);
        Job job = submit("calls", context -> {
            Calls.some(120).forEach(context::usage);
            return Outcome.done(0);
        });

        Completion completion = completion(job);

        assertThat(attestation(completion).usage()).isEqualTo(UsageTotals.of(Calls.some(120)));
        assertThat(test.server.look(
                        () -> List.copyOf(test.server.ledger(job.id()).usage.values())))
                .containsExactlyInAnyOrderElementsOf(Calls.some(120));
    }

    @Test
    void onlyAnAgentsEndIsSignedAndOnlyWithKeys() throws Exception {
        Job plain = test.submit("plain", context -> Outcome.done(0));
        assertThat(completion(plain).attestation()).isNull();
        try (TestWorker other = worker(dir.resolve("without-keys"), Optional.empty())) {
            Job job = TestWorker.agent("unsigned", "area");
            other.server.submit(job);
            other.stages.when("unsigned", context -> {
                context.usage(Calls.call(1));
                context.credential();
                return Outcome.done(0);
            });

            await().atMost(PATIENCE).until(() -> other.server.completion(job).isPresent());

            Completion completion = other.server.completion(job).orElseThrow();
            assertThat(completion.attestation()).isNull();
            assertThat(TestWorker.error(completion.outcome()).code()).isEqualTo("credential_missing");
            assertThat(other.server.look(() -> other.server.ledger(job.id()).usage))
                    .hasSize(1);
        }
    }

    @Test
    void aCredentialIsOpenedAndMaskedInWhatTheStageSays() throws Exception {
        List<ProviderCredential> opened = new CopyOnWriteArrayList<>();
        AtomicInteger lost = new AtomicInteger();
        test.server.fates(
                call -> call.equals("credential") && lost.incrementAndGet() == 1 ? Fate.ANSWER_LOST : Fate.ANSWERED);
        Job job = TestWorker.agent("asks", "area");
        test.stages.when("asks", context -> {
            opened.add(context.credential());
            context.line(LogStream.STDOUT, "the key is " + VALUE + ".");
            context.progress(1, 2, VALUE);
            return Outcome.failed("agent_failed", "it printed " + VALUE, 1);
        });
        submitWith(job, Sealing.seal(CREDENTIAL, keys.sealing().publicKey(), job.id()));

        Completion completion = completion(job);

        assertThat(opened).containsExactly(CREDENTIAL);
        assertThat(test.server.lines(job)).containsExactly("the key is ***.");
        assertThat(TestWorker.error(completion.outcome()).message()).isEqualTo("it printed ***");
        assertThat(test.server.look(() -> test.server.ledger(job.id()).progress.toString()))
                .doesNotContain(VALUE);
    }

    @Test
    void aMissingCredentialFailsTheStageWithTheServersWords() {
        Job job = submit("asks", context -> {
            context.credential();
            return Outcome.done(0);
        });

        Outcome outcome = completion(job).outcome();

        assertThat(TestWorker.error(outcome).code()).isEqualTo("credential_missing");
        assertThat(TestWorker.error(outcome).message()).isEqualTo("there is no credential 'openai-main'");
    }

    @Test
    void aCredentialThatIsAnotherJobsFailsTheStageAndSaysNothingOfIt() throws Exception {
        Job job = TestWorker.agent("asks", "area");
        test.stages.when("asks", context -> {
            context.credential();
            return Outcome.done(0);
        });
        submitWith(job, Sealing.seal(CREDENTIAL, keys.sealing().publicKey(), new JobId(new UUID(5, 5))));

        Outcome outcome = completion(job).outcome();

        assertThat(TestWorker.error(outcome).code()).isEqualTo("credential_missing");
        assertThat(TestWorker.error(outcome).message())
                .contains("cannot open the credential", "for another job")
                .doesNotContain(VALUE);
    }

    @Test
    void aJobOverItsBudgetIsStoppedAndKeepsWhatItLeft() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        List<Optional<StopReason>> reasons = new CopyOnWriteArrayList<>();
        Job job = submit("spends", context -> {
            Files.writeString(context.output().resolve("a.md"), "alpha");
            context.usage(Calls.call(1));
            begun.countDown();
            assertThat(context.stop().await(PATIENCE)).isTrue();
            reasons.add(context.stop().reason());
            return Outcome.failed("agent_failed", "killed", 143).withKillConfirmed(false);
        });
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        test.server.exceedBudget(job.id());

        Completion completion = completion(job);
        assertThat(reasons).containsExactly(Optional.of(StopReason.BUDGET_EXCEEDED));
        assertThat(TestWorker.error(completion.outcome()).code()).isEqualTo("budget_exceeded");
        assertThat(completion.outcome().killConfirmed()).isFalse();
        assertThat(completion.artifacts()).containsExactly(produced("a.md", "alpha"));
        assertThat(attestation(completion).usage().calls()).isEqualTo(1);
    }

    @Test
    void anOrderAboutAJobThatIsNotHeldStopsNobody() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Job job = submit("goes-on", context -> {
            begun.countDown();
            assertThat(go.await(20, TimeUnit.SECONDS)).isTrue();
            return context.stop().isSet() ? Outcome.failed("stopped", "stopped", 1) : Outcome.done(0);
        });
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        int before = test.server.look(() -> test.server.renewCalls);

        test.server.exceedBudget(new JobId(new UUID(6, 6)));

        await().atMost(PATIENCE).until(() -> test.server.look(() -> test.server.renewCalls) > before + 1);
        go.countDown();
        assertThat(completion(job).outcome()).isEqualTo(Outcome.done(0));
    }

    @Test
    void aWorkerThatEndsTellsTheLastModelCallsOfAJobThatItGivesBack() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Job job = submit("given-back", context -> {
            begun.countDown();
            assertThat(context.stop().await(PATIENCE)).isTrue();
            context.usage(Calls.call(1));
            return Outcome.failed("agent_failed", "killed", 143);
        });
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        test.worker.cancelAll(PATIENCE);

        assertThat(test.server.look(
                        () -> List.copyOf(test.server.ledger(job.id()).usage.values())))
                .containsExactly(Calls.call(1));
        assertThat(test.server.completion(job)).isEmpty();
    }

    private Job submit(String stage, Behaviour behaviour) {
        return test.submit(TestWorker.agent(stage, "area"), behaviour);
    }

    private void submitWith(Job job, SealedCredential sealed) {
        synchronized (test.server) {
            test.server.submit(job);
            test.server.ledger(job.id()).credential = Optional.of(sealed);
        }
    }

    private static TestWorker worker(Path folder, Optional<JobKeys> keys) throws IOException {
        return new TestWorker(new FakeServer(Duration.ofSeconds(30)), WorkerConfig.Disk.of(folder), 2, keys);
    }

    private Completion completion(Job job) {
        await().atMost(PATIENCE).until(() -> test.server.completion(job).isPresent());
        return test.server.completion(job).orElseThrow();
    }

    private static Attestation attestation(Completion completion) {
        return Objects.requireNonNull(completion.attestation());
    }

    private static Produced produced(String name, String text) {
        return new Produced(new ArtifactName(name), FakeServer.digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private boolean isSigned(byte[] bytes, Completion completion) throws GeneralSecurityException {
        Signature check = Signature.getInstance("Ed25519");
        check.initVerify(RawKeys.ed25519Public(
                Base64.getUrlDecoder().decode(keys.signing().publicKey())));
        check.update(bytes);
        return check.verify(
                Base64.getUrlDecoder().decode(attestation(completion).signature()));
    }
}
