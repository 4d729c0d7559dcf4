package pond.common.swarm;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import pond.common.ids.ArtifactName;
import pond.common.problems.Fields;
import pond.common.swarm.HarnessSpec.HarnessFile;

/** Reads the body that registers a harness; all that is wrong with it is reported. */
public final class HarnessRules {
    private static final int MAX_LABEL = 200;
    private static final int MAX_ARGV = 256;
    private static final int MAX_ENV = 64;
    private static final int MAX_WORDS_BYTES = 64 * 1024;
    private static final int MAX_FILES = 64;
    private static final int MAX_FILES_BYTES = 1 << 20;
    private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

    private HarnessRules() {}

    /** The harness, or empty when something that it cannot do without is missing; problems go to the reporter. */
    public static Optional<HarnessSpec> read(Fields fields) {
        Optional<String> key = RegistryKey.required(fields, "key");
        Optional<String> label = label(fields);
        Optional<String> capability = RegistryKey.optional(fields, "capability");
        List<String> command = command(fields);
        List<HarnessFile> files = files(fields);
        Map<String, String> env = env(fields);
        Optional<OutputRule> output = OutputRules.read(fields);
        fields.end();
        if (key.isEmpty() || output.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new HarnessSpec(
                key.get(),
                label.orElse(key.get()),
                capability.orElse("harness." + key.get()),
                command,
                files,
                env,
                output.get()));
    }

    /** A name for people: one line of at most 200 characters. */
    public static Optional<String> label(Fields fields) {
        return fields.string("label").filter(text -> {
            boolean fine = !text.isBlank()
                    && text.length() <= MAX_LABEL
                    && text.codePoints().noneMatch(Character::isISOControl);
            if (!fine) {
                fields.report("label", "must be one line of 1 to " + MAX_LABEL + " characters");
            }
            return fine;
        });
    }

    private static List<String> command(Fields fields) {
        List<String> command = fields.strings("command_template", MAX_ARGV);
        if (fields.value("command_template")
                .map(given -> given.isArray() && given.isEmpty())
                .orElse(true)) {
            fields.report("command_template", "is required: a list of the program and its arguments");
        } else if (!command.isEmpty()
                && (command.get(0).isBlank()
                        || !Template.of(command.get(0)).names().isEmpty())) {
            fields.report("command_template", "must begin with a program, not with a placeholder");
        }
        if (command.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
            fields.report("command_template", "must not contain NUL characters");
        }
        checkBytes(
                fields,
                "command_template",
                command.stream().mapToLong(HarnessRules::bytes).sum(),
                MAX_WORDS_BYTES);
        PlaceholderRules rules = new PlaceholderRules(fields);
        for (int i = 0; i < command.size(); i++) {
            rules.check("command_template[" + i + "]", command.get(i), PlaceholderRules.IN_COMMAND);
        }
        return command;
    }

    private static Map<String, String> env(Fields fields) {
        Map<String, String> env = fields.stringMap("env", MAX_ENV);
        PlaceholderRules rules = new PlaceholderRules(fields);
        env.forEach((name, value) -> {
            String shown = Fields.shorten(name);
            if (!ENV_NAME.matcher(name).matches()) {
                fields.report("env", "has '" + shown + "', which is not a name for a variable");
            } else if (name.startsWith("POND_") || name.equals("HOME")) {
                fields.report("env", "must not set " + shown + ": HOME and what begins with POND_ are pond's own");
            } else if (value.indexOf('\0') >= 0) {
                fields.report("env", "has a NUL character in the value of " + shown);
            } else {
                rules.check("env." + name, value, PlaceholderRules.IN_ENV);
            }
        });
        checkBytes(
                fields,
                "env",
                env.entrySet().stream()
                        .mapToLong(entry -> bytes(entry.getKey()) + bytes(entry.getValue()))
                        .sum(),
                MAX_WORDS_BYTES);
        return env;
    }

    private static List<HarnessFile> files(Fields fields) {
        List<HarnessFile> files = fields.items(
                "files",
                MAX_FILES,
                (node, path) -> Fields.of(node, path, fields.reporter()).flatMap(HarnessRules::file));
        Set<String> paths = new HashSet<>();
        for (HarnessFile file : files) {
            if (!paths.add(file.path())) {
                fields.report("files", "has the path '" + Fields.shorten(file.path()) + "' twice");
            }
        }
        for (String path : paths) {
            for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
                if (paths.contains(path.substring(0, slash))) {
                    fields.report("files", "has the path '" + Fields.shorten(path) + "' below another that is a file");
                }
            }
        }
        checkBytes(
                fields,
                "files",
                files.stream().mapToLong(file -> bytes(file.content())).sum(),
                MAX_FILES_BYTES);
        return files;
    }

    private static Optional<HarnessFile> file(Fields file) {
        Optional<String> path = file.requiredString("path").filter(text -> {
            boolean below = isBelowHome(text);
            if (!below) {
                file.report(
                        "path",
                        "must stay below HOME: relative, without '..', '.', '~', backslash or control characters, and"
                                + " at most 512 bytes long");
            }
            return below;
        });
        Optional<String> content = file.string("content");
        if (file.value("content").isEmpty()) {
            file.report("content", "is required; an empty text makes an empty file");
        }
        content.ifPresent(text -> new PlaceholderRules(file).check("content", text, PlaceholderRules.IN_FILES));
        file.end();
        return path.flatMap(known -> content.map(text -> new HarnessFile(known, text)));
    }

    /** The rules of artifact names, and no part that some shell or program would take for somebody's home. */
    private static boolean isBelowHome(String path) {
        return ArtifactName.parse(path).isPresent() && !path.startsWith("~") && !path.contains("/~");
    }

    private static void checkBytes(Fields fields, String name, long bytes, int most) {
        if (bytes > most) {
            fields.report(name, "has more than " + most / 1024 + " KiB of text");
        }
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
