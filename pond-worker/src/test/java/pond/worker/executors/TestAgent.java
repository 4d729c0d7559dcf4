package pond.worker.executors;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pond.common.definition.Budget;
import pond.common.definition.ExecutorSpec.Swarm;
import pond.common.definition.ExecutorSpec.Swarm.Parse;
import pond.common.definition.ParseShape;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.common.protocol.Invocation;
import pond.common.protocol.ProviderCredential;
import pond.common.swarm.HarnessSpec;
import pond.common.swarm.HarnessSpec.HarnessFile;
import pond.common.swarm.ModelSpec;
import pond.common.swarm.OutputRule;
import pond.common.swarm.RateCard;

/**
 * A stage whose agent is a script: it reads its prompt, and {@code call} asks its model once, prints the status to
 * standard error and fails when that is not 200. Unless told otherwise it runs in the read profile, and its result are
 * lines of JSON in the file {@code result.jsonl}.
 */
final class TestAgent {
    static final String KEY = "sk-real-0123456789abcdefABCDEF";
    static final String RESULT = "printf '```result\\n{\"ok\": true}\\n{\"n\": 2}\\n```\\n'";

    private static final String SCRIPT = """
            prompt=$(cat)
            call() {
              status=$(curl -sS -N -o /tmp/answer -w '%{http_code}' -H 'Authorization: Bearer {{DUMMY_KEY}}' \\
                -d '{"model":"{{MODEL}}","stream":true,"messages":[]}' {{BROKER_URL}}/v1/chat/completions) || return 9
              echo "status $status" >&2
              [ "$status" = 200 ]
            }
            """;

    private final List<HarnessFile> files = new ArrayList<>();
    private SandboxProfile profile = SandboxProfile.UNTRUSTED_CODE_READ;
    private List<String> command = List.of("sh", "/home/agent/.agent/run.sh");
    private String provider = "openai-compatible";
    private String prompt = "Do the work.";
    private @Nullable Parse parse = new Parse("result", "result.jsonl", ParseShape.JSONL);
    private @Nullable String writes;
    private int startSec = 60;
    private int noOutputSec = 60;
    private Budget budget = Budget.UNLIMITED;

    private TestAgent() {}

    static TestAgent of(String body) {
        return new TestAgent().with(new HarnessFile(".agent/run.sh", SCRIPT + body + "\n"));
    }

    /** One that is not the script. */
    static TestAgent started(String... words) {
        TestAgent agent = new TestAgent();
        agent.command = List.of(words);
        return agent;
    }

    TestAgent with(HarnessFile file) {
        files.add(file);
        return this;
    }

    TestAgent in(SandboxProfile other) {
        profile = other;
        return this;
    }

    TestAgent at(String otherProvider) {
        provider = otherProvider;
        return this;
    }

    TestAgent prompted(String text) {
        prompt = text;
        return this;
    }

    /** Null for what the stage does not ask for. */
    TestAgent leaving(@Nullable Parse result, @Nullable String artifact) {
        parse = result;
        writes = artifact;
        return this;
    }

    TestAgent patient(int start, int noOutput) {
        startSec = start;
        noOutputSec = noOutput;
        return this;
    }

    TestAgent within(Budget other) {
        budget = other;
        return this;
    }

    /** The context of its job, with a credential for a model at this address. */
    TestContext context(Path root, String modelUrl) {
        SandboxSpec sandbox = new SandboxSpec(profile, null, null, List.of(), null);
        Swarm stage = new Swarm("test-agent", "m", prompt, null, parse, writes, startSec, noOutputSec, null, sandbox);
        HarnessSpec harness = new HarnessSpec(
                "test-agent",
                "Test",
                "harness.test-agent",
                command,
                files,
                Map.of("AGENT_MODEL", "{{MODEL}}", "AGENT_KEY", "{{DUMMY_KEY}}"),
                OutputRule.TEXT);
        ModelSpec model =
                new ModelSpec("m", "M", provider, "model-1", "test", new RateCard(1_000_000, 10_000_000, null, null));
        TestContext context = new TestContext(root, stage, null, new Invocation(harness, model, prompt, budget));
        context.credential =
                new ProviderCredential(provider, Map.of("OPENAI_BASE_URL", modelUrl), Map.of("OPENAI_API_KEY", KEY));
        return context;
    }
}
