package pond.common.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.common.definition.Readings.definition;
import static pond.common.definition.Readings.executorProblems;
import static pond.common.definition.Readings.problems;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExecutorRulesTest {
    private static final String SWARM = "'kind': 'swarm', 'harness': 'codex', 'model': 'm/1', 'prompt': 'Fix it.'";
    private static final String READ = "'sandbox': {'profile': 'untrusted-code-read'}";

    @Test
    void everyKindIsReadWithItsOwnTimeout() {
        Definition read = definition("""
                {'stages': [
                  {'key': 'n', 'executor': {'kind': 'noop', 'ticks': 3, 'interval_sec': 0.25}},
                  {'key': 'b', 'executor': {'kind': 'builtin', 'name': 'todo_scan', 'include': ['**/*.java'], 'exclude': ['gen/']}},
                  {'key': 's', 'executor': {'kind': 'shell', 'argv': ['true']}},
                  {'key': 'w', 'executor': {'kind': 'swarm', 'harness': 'codex', 'model': 'm/1', 'prompt': 'Fix {{AREA_TITLE}}',
                    'fanout': {'source': 'map', 'artifact': 'areas.json', 'maxAreas': 4},
                    'parse': {'fence': 'findings', 'output': 'findings.jsonl', 'shape': 'json'},
                    'writesArtifact': 'out/report.md', 'start_timeout_sec': 60, 'no_output_timeout_sec': 300,
                    'budget': {'max_cost_usd': '1.5'}, 'sandbox': {'profile': 'untrusted-code-write', 'tier': 'byo',
                      'backend': 'bubblewrap', 'allow_hosts': ['*.example.com', 'git.example.com:8443'],
                      'overrides': {'memory': '4g', 'cpus': '0.5', 'pids_limit': 64, 'tmpfs_size': '512m', 'image': 'x'}}}}]}""");

        assertThat(read.stages())
                .extracting(StageSpec::timeout)
                .containsExactly(
                        Duration.ofDays(7), Duration.ofMinutes(10), Duration.ofMinutes(10), Duration.ofHours(1));
        assertThat(read.stages().get(0).executor()).isEqualTo(new ExecutorSpec.Noop(3, 0.25));
        assertThat(read.stages().get(1).executor())
                .isEqualTo(new ExecutorSpec.Builtin(BuiltinName.TODO_SCAN, List.of("**/*.java"), List.of("gen/")));
        assertThat(read.stages().get(3).executor())
                .isEqualTo(new ExecutorSpec.Swarm(
                        "codex",
                        "m/1",
                        "Fix {{AREA_TITLE}}",
                        new ExecutorSpec.Swarm.Fanout("map", "areas.json", 4),
                        new ExecutorSpec.Swarm.Parse("findings", "findings.jsonl", ParseShape.JSON),
                        "out/report.md",
                        60,
                        300,
                        new Budget(1_500_000L, null),
                        new SandboxSpec(
                                SandboxProfile.UNTRUSTED_CODE_WRITE,
                                SandboxTier.BYO,
                                "bubblewrap",
                                List.of("*.example.com", "git.example.com:8443"),
                                new SandboxSpec.Overrides("4g", "0.5", 64, "512m", "x"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "{} # kind # field 'kind' is required",
                "{\"kind\": 5} # kind # field 'kind' must be a string, not 5",
                "{\"kind\": \"fetch\"} # kind # field 'kind' must be one of noop, builtin, shell, swarm",
                "{\"kind\": \"noop\", \"ticks\": 0} # ticks # field 'ticks' must be a whole number from 1 to 1000000",
                "{\"kind\": \"noop\", \"interval_sec\": -0.1} # interval_sec # field 'interval_sec' must be a number from 0 to 86400",
                "{\"kind\": \"noop\", \"interval_sec\": 1e999} # interval_sec # field 'interval_sec' must be a number from 0 to 86400",
                "{\"kind\": \"noop\", \"interval_sec\": \"1\"} # interval_sec # field 'interval_sec' must be a number from 0 to 86400, not a string",
                "{\"kind\": \"noop\", \"timeout_sec\": 5} # timeout_sec # unknown field 'timeout_sec'; known here: interval_sec, kind, ticks",
                "{\"kind\": \"builtin\"} # name # field 'name' is required",
                "{\"kind\": \"builtin\", \"name\": \"todo_scan\", \"globs\": []} # globs # unknown field 'globs'; known here: exclude, include, kind, name",
            })
    void noopAndBuiltinSayWhatIsWrong(String executor, String field, String message) {
        assertThat(executorProblems(executor)).containsExactly("executor_invalid | " + field + " | " + message);
    }

    @Test
    void anUnknownBuiltinHasACodeOfItsOwn() {
        assertThat(problems("{'stages': [{'key': 'scan', 'executor': {'kind': 'builtin', 'name': 'virus_scan'}}]}"))
                .containsExactly("builtin_unknown | scan | stages[0].executor.name | stage 'scan': field 'name' must be"
                        + " one of file_inventory, todo_scan, language_stats, secret_scan, dependency_inventory,"
                        + " not 'virus_scan'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "\"argv\": [] # argv # field 'argv' is required: a list of the command and its arguments",
                "\"argv\": null # argv # field 'argv' is required: a list of the command and its arguments",
                "\"argv\": \"ls -l\" # argv # field 'argv' must be a list, not a string",
                "\"argv\": [\"ls\", 5] # argv[1] # field 'argv[1]' must be a string, not 5",
                "\"argv\": [\"\"] # argv # field 'argv' must begin with a command",
                "\"argv\": [\"a\\u0000b\"] # argv # field 'argv' must not contain NUL characters",
                "\"argv\": [\"ls\"], \"env\": [] # env # field 'env' must be an object, not a list",
                "\"argv\": [\"ls\"], \"env\": {\"A\": 1} # env.A # field 'env.A' must be a string, not 1",
                "\"argv\": [\"ls\"], \"env\": {\"A-B\": \"\"} # env # field 'env' has 'A-B', which is not a name for a variable",
                "\"argv\": [\"ls\"], \"env\": {\"\": \"\"} # env # field 'env' has '', which is not a name for a variable",
                "\"argv\": [\"ls\"], \"env\": {\"POND_STAGE\": \"x\"} # env # field 'env' must not set POND_STAGE: names that begin with POND_ are pond's own",
                "\"argv\": [\"ls\"], \"env\": {\"A\": \"\\u0000\"} # env # field 'env' has a value of A with a NUL character or 128 KiB or more",
                "\"argv\": [\"ls\"], \"artifacts\": [\"../x\"] # artifacts # field 'artifacts' has a pattern that cannot be read: a glob is relative to the checkout and has no '..'",
                "\"argv\": [\"ls\"], \"artifacts\": [\"[a\"] # artifacts # field 'artifacts' has a pattern that cannot be read: a '[' has no ']' in the same part of the path",
                "\"argv\": [\"ls\"], \"command\": \"ls\" # command # unknown field 'command'; known here: argv, artifacts, env, kind, sandbox, timeout_sec",
                "\"argv\": [\"ls\"], \"timeout_sec\": 0 # timeout_sec # field 'timeout_sec' must be a whole number from 1 to 604800",
            })
    void shellSaysWhatIsWrong(String fields, String field, String message) {
        assertThat(executorProblems("{'kind': 'shell', " + fields + "}"))
                .containsExactly("executor_invalid | " + field + " | " + message);
    }

    @Test
    void whatLinuxWouldNotStartIsRefused() {
        String half = "x".repeat(100_000);
        String list = IntStream.range(0, 11).mapToObj(i -> "'" + half + "'").collect(Collectors.joining(","));

        assertThat(executorProblems("{'kind': 'shell', 'argv': ['echo', '" + "x".repeat(131_071) + "']}"))
                .isEmpty();
        assertThat(executorProblems("{'kind': 'shell', 'argv': ['echo', '" + "x".repeat(131_072) + "']}"))
                .containsExactly("executor_invalid | argv | field 'argv' has an argument of 128 KiB or more;"
                        + " hand large input on as a file");
        assertThat(executorProblems("{'kind': 'shell', 'argv': [" + list + "]}"))
                .containsExactly("executor_invalid | argv | field 'argv' and env together are larger than 1 MiB;"
                        + " hand large input on as a file");
        assertThat(executorProblems("{'kind': 'shell', 'argv': ['env'], 'env': {'A': '" + "x".repeat(131_070) + "'}}"))
                .singleElement()
                .asString()
                .startsWith("executor_invalid | env | ");
        assertThat(executorProblems("{'kind': 'shell', 'argv': [" + "'x',".repeat(4_096) + "'x']}"))
                .containsExactly("executor_invalid | argv | field 'argv' has 4097 items; at most 4096 are allowed");
    }

    @Test
    void aSwarmStageWithoutASandboxIsToldWhatToAdd() {
        assertThat(problems("{'stages': [{'key': 'fix', 'executor': {" + SWARM + "}}]}"))
                .singleElement()
                .asString()
                .startsWith("sandbox_invalid | fix | stages[0].executor.sandbox"
                        + " | stage 'fix': stage declares no sandbox profile; add \"sandbox\": ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "\"fanout\": 5 # fanout # field 'fanout' must be an object, not 5",
                "\"fanout\": {\"source\": \"map\"} # fanout.artifact # field 'artifact' is required",
                "\"fanout\": {\"source\": \"list\", \"artifact\": \"a\"} # fanout.source # field 'source' must be map",
                "\"fanout\": {\"source\": \"map\", \"artifact\": \"../a\"} # fanout.artifact # field 'artifact' must be a relative path without '..' or control characters",
                "\"fanout\": {\"source\": \"map\", \"artifact\": \"a\", \"max_areas\": 1} # fanout.max_areas # unknown field 'max_areas'; known here: artifact, maxAreas, source",
                "\"fanout\": {\"source\": \"map\", \"artifact\": \"a\", \"maxAreas\": 0} # fanout.maxAreas # field 'maxAreas' must be a whole number from 1 to 256",
                "\"parse\": {\"fence\": \"x\"} # parse.output # field 'output' is required",
                "\"parse\": {\"fence\": \"x y\", \"output\": \"a\"} # parse.fence # field 'fence' must be a name of at most 128 letters, digits, '.', '_', ':', '/' or '-'",
                "\"parse\": {\"fence\": \"x\", \"output\": \"a\", \"shape\": \"csv\"} # parse.shape # field 'shape' must be one of jsonl, json, not 'csv'",
                "\"start_timeout_sec\": 0 # start_timeout_sec # field 'start_timeout_sec' must be a whole number from 1 to 604800",
                "\"no_output_timeout_sec\": 1.5 # no_output_timeout_sec # field 'no_output_timeout_sec' must be a whole number from 1 to 604800, not 1.5",
                "\"budget\": {} # budget.max_cost_usd # field 'max_cost_usd' or max_tokens is required",
                "\"budget\": {\"max_tokens\": -1} # budget.max_tokens # field 'max_tokens' must be a whole number from 0 to 1000000000000",
                "\"budget\": {\"max_cost_usd\": 0.0000001} # budget.max_cost_usd # field 'max_cost_usd' must be a decimal from 0 to 1000000 with at most 6 digits after the point",
                "\"budget\": {\"max_cost_usd\": \"-1\"} # budget.max_cost_usd # field 'max_cost_usd' must be a decimal from 0 to 1000000 with at most 6 digits after the point",
                "\"writesArtifact\": \"/etc/passwd\" # writesArtifact # field 'writesArtifact' must be a relative path without '..' or control characters",
                "\"writes_artifact\": \"a\" # writes_artifact # unknown field 'writes_artifact'; known here: budget, fanout, harness, kind, model, no_output_timeout_sec, parse, prompt, sandbox, start_timeout_sec, timeout_sec, writesArtifact",
            })
    void swarmSaysWhatIsWrong(String fields, String field, String message) {
        assertThat(executorProblems("{" + SWARM + ", " + READ + ", " + fields + "}"))
                .containsExactly("executor_invalid | " + field + " | " + message);
    }

    @Test
    void aSwarmStageNeedsHarnessModelAndPrompt() {
        assertThat(executorProblems("{'kind': 'swarm', " + READ + "}"))
                .containsExactly(
                        "executor_invalid | harness | field 'harness' is required",
                        "executor_invalid | model | field 'model' is required",
                        "executor_invalid | prompt | field 'prompt' is required");
        assertThat(executorProblems("{'kind': 'swarm', 'harness': 'a b', 'model': '-m', 'prompt': '"
                        + "p".repeat((1 << 20) + 1) + "', " + READ + "}"))
                .extracting(line -> line.split(" \\| ", -1)[1])
                .containsExactly("harness", "model", "prompt");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "5 # sandbox # field 'sandbox' must be an object, not 5",
                "{} # sandbox.profile # field 'profile' is required",
                "{\"profile\": \"strict\"} # sandbox.profile # field 'profile' must be one of none, trusted-code, untrusted-code-read, untrusted-code-write, not 'strict'",
                "{\"profile\": \"none\", \"tier\": \"gold\"} # sandbox.tier # field 'tier' must be one of trusted, byo, any, not 'gold'",
                "{\"profile\": \"none\", \"backend\": \"/bin/sh\"} # sandbox.backend # field 'backend' must be the name of a backend, such as bubblewrap",
                "{\"profile\": \"none\", \"network\": \"open\"} # sandbox.network # unknown field 'network'; known here: allow_hosts, backend, overrides, profile, tier",
                "{\"profile\": \"untrusted-code-read\", \"allow_hosts\": [\"example.com\"]} # sandbox.allow_hosts # field 'allow_hosts' goes with profile untrusted-code-write only",
                "{\"profile\": \"none\", \"overrides\": {\"memory\": \"0\"}} # sandbox.overrides.memory # field 'memory' must be a size like 512m or 4g",
                "{\"profile\": \"none\", \"overrides\": {\"memory\": \"9999999999g\"}} # sandbox.overrides.memory # field 'memory' must be a size like 512m or 4g",
                "{\"profile\": \"none\", \"overrides\": {\"memory\": 512}} # sandbox.overrides.memory # field 'memory' must be a string, not 512",
                "{\"profile\": \"none\", \"overrides\": {\"cpus\": \"0\"}} # sandbox.overrides.cpus # field 'cpus' must be a number of cores like \"2\" or \"0.5\"",
                "{\"profile\": \"none\", \"overrides\": {\"cpus\": \"00.00\"}} # sandbox.overrides.cpus # field 'cpus' must be a number of cores like \"2\" or \"0.5\"",
                "{\"profile\": \"none\", \"overrides\": {\"pids_limit\": 0}} # sandbox.overrides.pids_limit # field 'pids_limit' must be a whole number from 1 to 1000000",
                "{\"profile\": \"none\", \"overrides\": {\"network\": 1}} # sandbox.overrides.network # unknown field 'network'; known here: cpus, image, memory, pids_limit, tmpfs_size",
            })
    void theSandboxBlockSaysWhatIsWrong(String sandbox, String field, String message) {
        assertThat(executorProblems("{'kind': 'shell', 'argv': ['true'], 'sandbox': " + sandbox + "}"))
                .containsExactly("sandbox_invalid | " + field + " | " + message);
    }

    @Test
    void trustedCodeIsNotForSwarmStages() {
        assertThat(executorProblems("{" + SWARM + ", 'sandbox': {'profile': 'trusted-code'}}"))
                .containsExactly(
                        "sandbox_invalid | sandbox | field 'sandbox' must be untrusted-code-read or untrusted-code-write on a swarm stage:"
                                + " what an agent writes is untrusted");
        assertThat(executorProblems("{'kind': 'shell', 'argv': ['true'], 'sandbox': {'profile': 'trusted-code'}}"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "a.0x1", "169.254.169.254:80", "[::1]",
                        "::1",
                "Example.com", "https://example.com", "example.com/", "*", "*.", "a.*.com", "-a.com", "a-.com",
                        "a..com",
                "a.com.", "", "a b", "user@a.com", "a.com:0", "a.com:65536", "a.com:", "ä.com"
            })
    void anAllowedHostIsANameAndNoAddress(String host) {
        assertThat(executorProblems(allowing(host)))
                .containsExactly(
                        "sandbox_invalid | sandbox.allow_hosts | field 'allow_hosts' takes lower-case names like"
                                + " git.example.com, *.example.com or name:port, and no addresses");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"example.com", "*.example.com", "a.com:65535", "localhost", "7zip.org", "x_y.a-b.dev", "1.a"})
    void namesAreTaken(String host) {
        assertThat(executorProblems(allowing(host))).isEmpty();
    }

    @Test
    void aHostAsLongAsABookCostsNoStack() {
        assertThat(executorProblems(allowing("a.".repeat(200_000) + "a"))).hasSize(1);
    }

    private static String allowing(String host) {
        return "{" + SWARM + ", 'sandbox': {'profile': 'untrusted-code-write', 'allow_hosts': ['" + host + "']}}";
    }
}
