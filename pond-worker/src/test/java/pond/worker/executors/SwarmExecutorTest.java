package pond.worker.executors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import pond.common.definition.Budget;
import pond.common.definition.ExecutorSpec.Swarm.Parse;
import pond.common.definition.ParseShape;
import pond.common.definition.SandboxProfile;
import pond.common.protocol.Outcome;
import pond.common.swarm.HarnessSpec.HarnessFile;
import pond.worker.broker.Broker;
import pond.worker.broker.model.ModelServer;
import pond.worker.broker.model.Turn;
import pond.worker.egress.EgressLimits;
import pond.worker.egress.EgressProxy;
import pond.worker.egress.EgressRules;
import pond.worker.egress.HostResolver;
import pond.worker.egress.relay.Relay;
import pond.worker.sandbox.bubblewrap.Bubblewrap;
import pond.worker.sandbox.bubblewrap.SandboxSettings;

/** Agents that are scripts, in real sandboxes, with a model server of the test's behind the real broker. */
@Timeout(120)
class SwarmExecutorTest {
    /** How long a test waits for what comes in a moment. */
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private static Path state = Path.of("");

    @TempDir
    private static Path tools = Path.of("");

    private static Bubblewrap bubblewrap;
    private static Broker broker;
    private static SwarmExecutor executor;
    private static int stages;
    private ModelServer models;

    @BeforeAll
    static void open() throws Exception {
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx--x--x"));
        Files.setPosixFilePermissions(tools, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path program = Files.writeString(
                Files.createDirectory(tools.resolve("bin")).resolve("small-agent"),
                "#!/bin/sh\n" + TestAgent.RESULT + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(program.resolveSibling(""), PosixFilePermissions.fromString("rwxr-xr-x"));
        bubblewrap = Bubblewrap.open(
                new SandboxSettings(state, "test-worker", Optional.empty(), List.of(tools), List.of(), false));
        broker = new Broker(InstantSource.system());
        Relay relay = Relay.socat(Path.of("/usr/bin/socat"));
        EgressNetwork network = new EgressNetwork(
                state.resolve("egress"),
                uid -> new EgressProxy(
                        new EgressRules(List.of(), List.of(), uid, EgressLimits.DEFAULT), HostResolver.SYSTEM),
                SwarmExecutorTest::uid,
                relay);
        executor = new SwarmExecutor(
                new StageSandboxes(Optional.of(bubblewrap), Optional.of(network), false),
                new ModelDoors(state.resolve("broker"), broker, SwarmExecutorTest::uid, relay),
                "test-worker",
                List.of(tools));
    }

    private static OptionalInt uid() {
        return bubblewrap.uid().map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    @AfterAll
    static void close() {
        bubblewrap.close();
        broker.close();
    }

    @BeforeEach
    void startModels() throws Exception {
        models = ModelServer.start();
    }

    @AfterEach
    void stopModels() throws Exception {
        models.close();
        assertThat(state.resolve("broker")).isEmptyDirectory();
    }

    private TestContext context(TestAgent agent) throws Exception {
        return agent.context(Files.createDirectory(state.resolve("stage" + ++stages)), models.url());
    }

    private static Outcome outcome(TestContext context) throws Exception {
        return executor.execute(context).outcome();
    }

    private static void assertFailed(TestContext context, String code, String... words) throws Exception {
        Outcome outcome = outcome(context);
        assertThat(outcome.error()).as(String.join("\n", context.lines)).isNotNull();
        assertThat(outcome.error().code()).as(outcome.error().message()).isEqualTo(code);
        for (String part : words) {
            assertThat(outcome.error().message()).contains(part);
        }
        assertThat(outcome.killConfirmed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = SandboxProfile.class,
            names = {"UNTRUSTED_CODE_READ", "UNTRUSTED_CODE_WRITE"})
    void anAgentReadsItsPromptCallsItsModelAndLeavesItsResult(SandboxProfile profile) throws Exception {
        TestContext context = context(TestAgent.of("echo \"told: $prompt\"; call && " + TestAgent.RESULT)
                .in(profile)
                .prompted("Fix {{DUMMY_KEY}} in the code."));

        Executor.Execution execution = executor.execute(context);

        assertThat(execution.outcome()).as(String.join("\n", context.lines)).isEqualTo(Outcome.done(0));
        assertThat(context.lines).contains("stdout: told: Fix {{DUMMY_KEY}} in the code.", "stderr: status 200");
        assertThat(context.output().resolve("result.jsonl")).hasContent("{\"ok\":true}\n{\"n\":2}\n");
        assertThat(context.usage).singleElement().satisfies(call -> {
            assertThat(call.tokens()).isEqualTo(ModelServer.USED.total());
            assertThat(call.httpStatus()).isEqualTo(200);
        });
        assertThat(execution.receipt().confinement().effective()).isEqualTo(profile.toString());
        assertThat(models.seen())
                .singleElement()
                .satisfies(seen ->
                        assertThat(seen.head().headers().first("authorization")).contains("Bearer " + TestAgent.KEY));
    }

    @Test
    void theRealKeyIsNowhereInTheSandbox() throws Exception {
        TestContext context = context(TestAgent.of("""
                        call
                        env
                        find "$HOME" /tmp /run /stage -type f -exec cat {} +
                        cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'
                        ls -l /run/pond
                        """ + TestAgent.RESULT)
                .with(new HarnessFile(".config/agent.json", "{\"key\":\"{{DUMMY_KEY}}\"}")));

        Outcome outcome = outcome(context);

        assertThat(outcome).isEqualTo(Outcome.done(0));
        assertThat(context.lines)
                .noneMatch(line -> line.contains(TestAgent.KEY))
                .noneMatch(line -> line.contains("egress.sock"))
                .anyMatch(line -> line.contains("broker.sock"))
                .anyMatch(line -> line.startsWith("stdout: AGENT_MODEL=model-1"))
                .noneMatch(line -> line.toLowerCase(java.util.Locale.ROOT).contains("http_proxy="));
        assertThat(context.lines.stream().filter(line -> line.startsWith("stdout: {\"key\":\"pond-stage-")))
                .isNotEmpty();
    }

    @Test
    void filesOfAHarnessAreItsOwnersAloneAndAreWhereTheyBelong() throws Exception {
        for (SandboxProfile profile :
                new SandboxProfile[] {SandboxProfile.UNTRUSTED_CODE_READ, SandboxProfile.UNTRUSTED_CODE_WRITE}) {
            TestContext context = context(
                    TestAgent.of("stat -c '%a %u' ~/.config/a/b.json; id -u; touch ~/new && " + TestAgent.RESULT)
                            .in(profile)
                            .with(new HarnessFile(".config/a/b.json", "{}")));

            assertThat(outcome(context)).as(String.join("\n", context.lines)).isEqualTo(Outcome.done(0));
            String uid = context.lines.get(1).substring("stdout: ".length());
            assertThat(context.lines).contains("stdout: 600 " + uid);
        }
    }

    @Test
    void aLongPromptArrivesAsAWhole() throws Exception {
        TestContext context = context(TestAgent.of("printf %s \"$prompt\" | wc -c; " + TestAgent.RESULT)
                .prompted("p".repeat(200_000)));

        assertThat(outcome(context)).isEqualTo(Outcome.done(0));
        assertThat(context.lines).contains("stdout: 200000");
    }

    @Test
    void anAgentThatDoesNotReadItsPromptIsFreeToEnd() throws Exception {
        TestContext context =
                context(TestAgent.started("sh", "-c", TestAgent.RESULT).prompted("p".repeat(1_000_000)));

        assertThat(outcome(context)).isEqualTo(Outcome.done(0));
    }

    @Test
    void aPromptCanBeAnArgument() throws Exception {
        String script = TestAgent.RESULT + "; echo \"$1\" >&2; wc -c >&2";
        TestContext context = context(
                TestAgent.started("sh", "-c", script, "agent", "{{PROMPT}}").prompted("as {{MODEL}}"));

        assertThat(outcome(context)).isEqualTo(Outcome.done(0));
        assertThat(context.lines).contains("stderr: as {{MODEL}}", "stderr: 0");
        assertFailed(
                context(TestAgent.started("sh", "{{PROMPT}}").prompted("p".repeat(140_000))),
                "harness_invalid",
                "128 KiB");
    }

    @ParameterizedTest
    @CsvSource({
        "401, the provider answered 401",
        "429, the provider answered 429",
        "500, the provider answered 500",
    })
    void whatTheProviderAnsweredIsNamed(int status, String words) throws Exception {
        models.script(Turn.status(status));

        assertFailed(context(TestAgent.of("call || exit 7")), "agent_failed", "exited with 7", words);
    }

    @Test
    void aCutStreamAndAProviderThatIsNotThereAreNamed() throws Exception {
        models.script(Turn.good().cut(2));
        assertFailed(context(TestAgent.of("call || exit 1")), "agent_failed", "the provider's answer was cut");

        String nobody = "http://127.0.0.1:1";
        TestContext refused = TestAgent.of("call || exit 1")
                .context(Files.createDirectory(state.resolve("stage" + ++stages)), nobody);
        assertFailed(refused, "agent_failed", "no connection to the provider");
    }

    @Test
    void troubleThatWasOvercomeIsNotNamed() throws Exception {
        models.script(Turn.status(500));

        TestContext context = context(TestAgent.of("call || call; exit 3"));
        Outcome outcome = outcome(context);

        assertThat(outcome.error()).isNotNull();
        assertThat(outcome.error().message()).doesNotContain("provider");
        assertThat(context.usage).hasSize(2);
    }

    @Test
    void aProgramThatIsNotThereIsAMissingHarness() throws Exception {
        assertFailed(context(TestAgent.started("no-such-agent")), "harness_missing", "'no-such-agent'", "127");
        assertFailed(context(TestAgent.started("env", "A=b", "no-such-agent")), "harness_missing", "not found");
        assertFailed(context(TestAgent.started("/etc/passwd")), "harness_missing", "could not be executed");
    }

    @Test
    void aProgramIsFoundAmongTheToolsOfTheWorker() throws Exception {
        assertThat(outcome(context(TestAgent.started("small-agent")))).isEqualTo(Outcome.done(0));
    }

    @Test
    void whatCannotBeginIsRefusedByName() throws Exception {
        TestContext without = context(TestAgent.of(""));
        without.credential = null;
        assertFailed(without, "credential_missing", "there is no credential 'test'");
        assertFailed(context(TestAgent.of("").at("bedrock")), "broker_refused", "'bedrock' cannot be brokered");
        assertFailed(context(TestAgent.of("").within(new Budget(null, 0L))), "budget_exceeded", "not started");
        assertFailed(
                context(TestAgent.of("").with(new HarnessFile(".key", "{{SECRET:OPENAI_API_KEY}}"))),
                "harness_invalid",
                "'.key'");
        assertFailed(context(TestAgent.of("").in(SandboxProfile.NONE)), "sandbox_invalid", "'none'");
        assertThat(models.seen()).isEmpty();
    }

    @Test
    void anAgentThatIsSilentIsStopped() throws Exception {
        assertFailed(context(TestAgent.of("sleep 60").patient(1, 60)), "start_timeout", "within 1 s");
        assertFailed(context(TestAgent.of("echo hi; sleep 60").patient(60, 1)), "no_output_timeout", "for 1 s");
    }

    @Test
    void bytesOfItsModelAreASignOfLife() throws Exception {
        models.script(Turn.good().slow(Duration.ofMillis(400)));

        TestContext context = context(TestAgent.of("call; " + TestAgent.RESULT).patient(2, 2));

        assertThat(outcome(context)).as(String.join("\n", context.lines)).isEqualTo(Outcome.done(0));
        assertThat(Duration.between(
                        context.usage.get(0).startedAt(), context.usage.get(0).finishedAt()))
                .isGreaterThan(Duration.ofSeconds(2));
    }

    @Test
    void anAgentOverItsBudgetIsRefusedAndThenStopped() throws Exception {
        Budget small = new Budget(null, 1000L);
        TestContext ends = context(TestAgent.of("call; call || exit 4").within(small));
        assertFailed(ends, "budget_exceeded", "1000 tokens", "used up");
        assertThat(ends.lines).contains("stderr: status 200", "stderr: status 402");
        assertThat(ends.usage).hasSize(1);

        assertFailed(context(TestAgent.of("call; sleep 60").within(small)), "budget_exceeded", "used up");
    }

    @Test
    void aResultCountsAndAnExitCodeBesideItIsOnlyTold() throws Exception {
        TestContext context = context(TestAgent.of(TestAgent.RESULT + "; exit 3"));

        assertThat(outcome(context)).isEqualTo(Outcome.done(3));
        assertThat(context.lines).anyMatch(line -> line.startsWith("system: the agent exited with 3"));
        assertFailed(context(TestAgent.of("echo nothing; exit 3")), "agent_failed", "3", "no result block");
        assertFailed(context(TestAgent.of("echo nothing")), "no_result_block", "no block 'result'");
        assertFailed(
                context(TestAgent.of("printf '```result\\n{\"a\": 1}\\n{\"b\" 2}\\n```\\n'")),
                "result_unparsable",
                "line 2, column 6");
        assertFailed(context(TestAgent.of("kill -9 $$")), "agent_failed", "137", "SIGKILL");
    }

    @Test
    void anArtifactIsTheResultOrTheFileThatTheAgentWrote() throws Exception {
        TestContext parsed = context(TestAgent.of(TestAgent.RESULT)
                .leaving(new Parse("result", "out/r.jsonl", ParseShape.JSONL), "final.jsonl"));
        assertThat(outcome(parsed)).isEqualTo(Outcome.done(0));
        assertThat(parsed.output().resolve("final.jsonl"))
                .hasSameTextualContentAs(parsed.output().resolve("out/r.jsonl"));

        TestContext own =
                context(TestAgent.of("echo text >$POND_OUTPUT_DIR/report.md").leaving(null, "report.md"));
        assertThat(outcome(own)).isEqualTo(Outcome.done(0));

        TestContext checkout = context(TestAgent.of("mkdir docs; echo text >docs/report.md")
                .in(SandboxProfile.UNTRUSTED_CODE_WRITE)
                .leaving(null, "docs/report.md"));
        assertThat(outcome(checkout)).isEqualTo(Outcome.done(0));
        assertThat(checkout.output().resolve("docs/report.md")).hasContent("text");

        assertFailed(context(TestAgent.of("true").leaving(null, "report.md")), "artifact_missing", "'report.md'");
        assertFailed(
                context(TestAgent.of("ln -s /etc/passwd $POND_OUTPUT_DIR/report.md")
                        .leaving(null, "report.md")),
                "artifact_missing");
        assertFailed(
                context(TestAgent.of("head -c 20000000 /dev/zero >$POND_OUTPUT_DIR/big")
                        .leaving(null, "big")),
                "artifact_missing",
                "larger than 10000000 bytes");
        assertFailed(
                context(TestAgent.of("mkdir -p $POND_OUTPUT_DIR/result.jsonl/x; " + TestAgent.RESULT)),
                "artifact_missing",
                "'result.jsonl'");
        assertFailed(context(TestAgent.of("exit 5").leaving(null, null)), "agent_failed", "exited with 5");
    }

    @Test
    void aCancelledAgentIsGoneAndItsLastCallIsCounted() throws Exception {
        models.script(Turn.good().slow(Duration.ofMillis(200)));
        TestContext context = context(TestAgent.of("echo begun; call; sleep 60"));
        CompletableFuture<Outcome> running = CompletableFuture.supplyAsync(() -> {
            try {
                return outcome(context);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await().atMost(SOON).until(() -> !models.seen().isEmpty());

        context.stop().stop(StopReason.CANCEL);

        await().atMost(SOON).until(running::isDone);
        assertThat(running.join().killConfirmed()).isTrue();
        assertThat(context.usage).hasSize(1);
    }
}
