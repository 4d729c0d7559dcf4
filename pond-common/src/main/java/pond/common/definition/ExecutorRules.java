package pond.common.definition;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import pond.common.definition.ExecutorSpec.Swarm;
import pond.common.ids.ArtifactName;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;

/** Reads the executor of a stage. */
final class ExecutorRules {
    /** A week: what runs longer is a service, not a stage. */
    static final int MAX_TIMEOUT_SEC = 7 * 86_400;

    private static final int DEFAULT_TIMEOUT_SEC = 600;
    private static final int SWARM_TIMEOUT_SEC = 3_600;

    /** Linux takes about 2 MiB of arguments and environment together; half of it is ours to leave free. */
    private static final int MAX_EXEC_BYTES = 1 << 20;

    /** Linux takes 32 pages of 4 KiB in one argument or variable, its end mark included (MAX_ARG_STRLEN). */
    private static final int MAX_WORD_BYTES = 32 * 4_096 - 1;

    private static final int MAX_ARGV = 4_096;
    private static final int MAX_ENV = 256;
    private static final int MAX_GLOBS = 100;
    private static final int MAX_TICKS = 1_000_000;
    private static final int MAX_PROMPT = 1 << 20;
    private static final int MAX_AREAS = 256;
    /** Agent programs are up in ten seconds on a busy machine; one that is not by then waits for something. */
    private static final int START_TIMEOUT_SEC = 120;
    /** A model may think for minutes, and a tool build for more. */
    private static final int NO_OUTPUT_TIMEOUT_SEC = 900;

    private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}");

    private ExecutorRules() {}

    /** An executor, the timeout that it carries itself, and the one that it gets when nobody says. */
    record Read(ExecutorSpec spec, Optional<Integer> timeoutSec, int defaultTimeoutSec) {}

    static Optional<Read> read(Fields fields) {
        Optional<String> kind = fields.requiredString("kind");
        if (kind.isEmpty()) {
            return Optional.empty();
        }
        Optional<Integer> timeout = Optional.empty();
        Optional<? extends ExecutorSpec> spec;
        switch (kind.get()) {
            case "noop" -> spec = noop(fields);
            case "builtin" -> spec = builtin(fields);
            case "shell" -> {
                timeout = fields.integer("timeout_sec", 1, MAX_TIMEOUT_SEC);
                spec = shell(fields);
            }
            case "swarm" -> {
                timeout = fields.integer("timeout_sec", 1, MAX_TIMEOUT_SEC);
                spec = swarm(fields);
            }
            default -> {
                fields.report("kind", "must be one of noop, builtin, shell, swarm");
                return Optional.empty();
            }
        }
        fields.end();
        Optional<Integer> own = timeout;
        return spec.map(read -> new Read(read, own, defaultTimeout(read)));
    }

    /** A noop that is told to take long may; the rest must come to an end. */
    private static int defaultTimeout(ExecutorSpec spec) {
        return switch (spec.kind()) {
            case NOOP -> MAX_TIMEOUT_SEC;
            case SWARM -> SWARM_TIMEOUT_SEC;
            case BUILTIN, SHELL, FETCH -> DEFAULT_TIMEOUT_SEC;
        };
    }

    private static Optional<ExecutorSpec.Noop> noop(Fields fields) {
        int ticks = fields.integer("ticks", 1, MAX_TICKS).orElse(1);
        double interval = fields.decimal("interval_sec", 0, 86_400)
                .map(Number::doubleValue)
                .orElse(0.0);
        return Optional.of(new ExecutorSpec.Noop(ticks, interval));
    }

    private static Optional<ExecutorSpec.Builtin> builtin(Fields fields) {
        Optional<BuiltinName> name = Optional.empty();
        if (fields.requiredString("name").isPresent()) {
            name = fields.reportingTo(fields.reporter().as(ProblemCode.BUILTIN_UNKNOWN))
                    .oneOf("name", BuiltinName.class);
        }
        List<String> include = globs(fields, "include");
        List<String> exclude = globs(fields, "exclude");
        return name.map(known -> new ExecutorSpec.Builtin(known, include, exclude));
    }

    private static Optional<ExecutorSpec.Shell> shell(Fields fields) {
        List<String> argv = fields.strings("argv", MAX_ARGV);
        checkArgv(fields, argv);
        Map<String, String> env = fields.stringMap("env", MAX_ENV);
        env.forEach((name, value) -> checkEnv(fields, name, value));
        long total = argv.stream().mapToLong(ExecutorRules::bytes).sum()
                + env.entrySet().stream()
                        .mapToLong(entry -> bytes(entry.getKey()) + bytes(entry.getValue()))
                        .sum();
        if (total > MAX_EXEC_BYTES) {
            fields.report("argv", "and env together are larger than 1 MiB; hand large input on as a file");
        }
        List<String> artifacts = globs(fields, "artifacts");
        Optional<SandboxSpec> sandbox = SandboxRules.read(fields);
        return Optional.of(new ExecutorSpec.Shell(argv, env, artifacts, sandbox.orElse(null)));
    }

    private static void checkArgv(Fields fields, List<String> argv) {
        if (fields.value("argv")
                .map(given -> given.isArray() && given.isEmpty())
                .orElse(true)) {
            fields.report("argv", "is required: a list of the command and its arguments");
        } else if (argv.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
            fields.report("argv", "must not contain NUL characters");
        } else if (!argv.isEmpty() && argv.get(0).isBlank()) {
            fields.report("argv", "must begin with a command");
        } else if (argv.stream().anyMatch(word -> bytes(word) > MAX_WORD_BYTES)) {
            fields.report("argv", "has an argument of 128 KiB or more; hand large input on as a file");
        }
    }

    private static void checkEnv(Fields fields, String name, String value) {
        String shown = Fields.shorten(name);
        if (!ENV_NAME.matcher(name).matches()) {
            fields.report("env", "has '" + shown + "', which is not a name for a variable");
        } else if (name.startsWith("POND_")) {
            fields.report("env", "must not set " + shown + ": names that begin with POND_ are pond's own");
        } else if (value.indexOf('\0') >= 0 || bytes(name) + 1 + bytes(value) > MAX_WORD_BYTES) {
            fields.report("env", "has a value of " + shown + " with a NUL character or 128 KiB or more");
        }
    }

    private static Optional<Swarm> swarm(Fields fields) {
        Optional<String> harness = word(fields, "harness");
        Optional<String> model = word(fields, "model");
        Optional<String> prompt = fields.requiredString("prompt");
        if (prompt.map(String::length).orElse(0) > MAX_PROMPT) {
            fields.report("prompt", "is longer than " + MAX_PROMPT + " characters");
        }
        Optional<Swarm.Fanout> fanout = fields.object("fanout").flatMap(ExecutorRules::fanout);
        Optional<Swarm.Parse> parse = fields.object("parse").flatMap(ExecutorRules::parse);
        Optional<String> writes = fields.string("writesArtifact");
        writes.ifPresent(name -> checkArtifact(fields, "writesArtifact", name));
        int start = fields.integer("start_timeout_sec", 1, MAX_TIMEOUT_SEC).orElse(START_TIMEOUT_SEC);
        int noOutput =
                fields.integer("no_output_timeout_sec", 1, MAX_TIMEOUT_SEC).orElse(NO_OUTPUT_TIMEOUT_SEC);
        Optional<Budget> budget = fields.object("budget").map(Budget::read);
        Optional<SandboxSpec> sandbox = SandboxRules.read(fields);
        if (fields.value("sandbox").isEmpty()) {
            fields.reportingTo(fields.reporter().as(ProblemCode.SANDBOX_INVALID))
                    .reporter()
                    .report(
                            fields.path("sandbox"),
                            "stage declares no sandbox profile; add \"sandbox\": {\"profile\": \"untrusted-code-read\"}"
                                    + " or \"untrusted-code-write\"");
        }
        sandbox.filter(block ->
                        block.profile() == SandboxProfile.TRUSTED_CODE || block.profile() == SandboxProfile.NONE)
                .ifPresent(
                        block -> fields.reportingTo(fields.reporter().as(ProblemCode.SANDBOX_INVALID))
                                .report(
                                        "sandbox",
                                        "must be untrusted-code-read or untrusted-code-write on a swarm stage: what an agent writes is untrusted"));
        if (harness.isEmpty() || model.isEmpty() || prompt.isEmpty() || sandbox.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Swarm(
                harness.get(),
                model.get(),
                prompt.get(),
                fanout.orElse(null),
                parse.orElse(null),
                writes.orElse(null),
                start,
                noOutput,
                budget.orElse(null),
                sandbox.get()));
    }

    private static Optional<Swarm.Fanout> fanout(Fields fields) {
        Optional<String> source = fields.requiredString("source");
        if (source.isPresent() && !source.get().equals("map")) {
            fields.report("source", "must be map");
        }
        Optional<String> artifact = fields.requiredString("artifact");
        artifact.ifPresent(name -> checkArtifact(fields, "artifact", name));
        int maxAreas = fields.integer("maxAreas", 1, MAX_AREAS).orElse(MAX_AREAS);
        fields.end();
        return source.flatMap(known -> artifact.map(name -> new Swarm.Fanout(known, name, maxAreas)));
    }

    private static Optional<Swarm.Parse> parse(Fields fields) {
        Optional<String> fence = word(fields, "fence");
        Optional<String> output = fields.requiredString("output");
        output.ifPresent(name -> checkArtifact(fields, "output", name));
        ParseShape shape = fields.oneOf("shape", ParseShape.class).orElse(ParseShape.JSONL);
        fields.end();
        return fence.flatMap(word -> output.map(name -> new Swarm.Parse(word, name, shape)));
    }

    private static Optional<String> word(Fields fields, String name) {
        return fields.requiredString(name).filter(text -> {
            if (!WORD.matcher(text).matches()) {
                fields.report(name, "must be a name of at most 128 letters, digits, '.', '_', ':', '/' or '-'");
            }
            return WORD.matcher(text).matches();
        });
    }

    private static void checkArtifact(Fields fields, String field, String name) {
        if (ArtifactName.parse(name).isEmpty()) {
            fields.report(field, "must be a relative path without '..' or control characters");
        }
    }

    private static List<String> globs(Fields fields, String name) {
        List<String> globs = fields.strings(name, MAX_GLOBS);
        for (String glob : globs) {
            try {
                Glob.of(glob);
            } catch (IllegalArgumentException e) {
                fields.report(name, "has a pattern that cannot be read: " + e.getMessage());
            }
        }
        return globs;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
