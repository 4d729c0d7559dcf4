package pond.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the settings that were given, and remembers how. */
final class SettingReader {
    /** Names of other parts of pond, which share the prefix: the command line's and the workers'. */
    private static final Set<String> OTHERS = Set.of("POND_URL", "POND_TOKEN", "POND_CONTEXT");

    private static final String WORKERS = "POND_WORKER_";
    private static final String OPEN_TELEMETRY = "OTEL_";

    private final Map<Setting<?>, Object> values = new HashMap<>();
    private final Map<Setting<?>, String> texts = new HashMap<>();
    private final Set<String> secretsInEnvironment = new TreeSet<>();
    private final Set<String> unknown = new TreeSet<>();
    private final Map<String, String> openTelemetry = new HashMap<>();

    private SettingReader() {}

    static SettingReader read(Map<String, String> env, Map<String, String> flags) {
        SettingReader reader = new SettingReader();
        for (Setting<?> setting : Settings.ALL) {
            reader.text(setting, env, flags).ifPresent(text -> reader.take(setting, text));
        }
        Set<String> known = knownNames();
        env.keySet().stream()
                .filter(name -> name.startsWith("POND_") && !name.startsWith(WORKERS))
                .filter(name -> !known.contains(name) && !OTHERS.contains(name))
                .forEach(reader.unknown::add);
        env.forEach((name, value) -> {
            if (name.startsWith(OPEN_TELEMETRY)) {
                reader.openTelemetry.put(name, value);
            }
        });
        return reader;
    }

    static Set<String> knownNames() {
        return Settings.ALL.stream()
                .flatMap(setting ->
                        setting.secret() ? Stream.of(setting.name(), setting.fileName()) : Stream.of(setting.name()))
                .collect(Collectors.toSet());
    }

    @SuppressWarnings("unchecked")
    <T> Optional<T> find(Setting<T> setting) {
        // The value was made by this very setting.
        return Optional.ofNullable((T) values.get(setting));
    }

    <T> T orDefault(Setting<T> setting) {
        return find(setting).orElseGet(() -> setting.read().apply(setting.byDefault()));
    }

    String line(Setting<?> setting) {
        String given = texts.get(setting);
        if (setting.secret()) {
            return setting.name() + ": " + (given == null ? "unset" : "set");
        }
        String byDefault = setting.byDefault().isEmpty() ? "unset" : setting.byDefault() + " (default)";
        return setting.name() + ": " + (given == null ? byDefault : given);
    }

    Map<String, String> openTelemetry() {
        return Map.copyOf(openTelemetry);
    }

    List<String> secretsInEnvironment() {
        return List.copyOf(secretsInEnvironment);
    }

    List<String> unknown() {
        return List.copyOf(unknown);
    }

    private Optional<String> text(Setting<?> setting, Map<String, String> env, Map<String, String> flags) {
        if (flags.containsKey(setting.name())) {
            return Optional.of(flags.get(setting.name()));
        }
        Optional<String> direct = Optional.ofNullable(env.get(setting.name()));
        Optional<String> file =
                Optional.ofNullable(env.get(setting.fileName())).filter(path -> setting.secret() && !path.isEmpty());
        if (file.isEmpty()) {
            direct.filter(text -> setting.secret() && !text.isEmpty())
                    .ifPresent(text -> secretsInEnvironment.add(setting.name()));
            return direct;
        }
        if (direct.filter(text -> !text.isEmpty()).isPresent()) {
            throw new SettingException(
                    setting.name() + " and " + setting.fileName() + " are both set; give one of the two");
        }
        return file.map(path -> content(setting, path));
    }

    private static String content(Setting<?> setting, String path) {
        try {
            return Files.readString(Path.of(path)).strip();
        } catch (IOException | InvalidPathException e) {
            throw new SettingException(setting.fileName() + " names a file that cannot be read as text: " + path);
        }
    }

    private void take(Setting<?> setting, String text) {
        try {
            values.put(setting, setting.read().apply(text));
            texts.put(setting, text);
        } catch (IllegalArgumentException e) {
            // An empty variable is how many tools say "not set"; only lists have a use for it.
            if (!text.isEmpty()) {
                throw new SettingException(setting.name() + " takes " + setting.takes() + shown(setting, text));
            }
        }
    }

    private static String shown(Setting<?> setting, String text) {
        if (setting.secret()) {
            return "; its value is something else";
        }
        String oneLine = text.replaceAll("\\p{Cntrl}", "?");
        return ", not '" + (oneLine.length() <= 80 ? oneLine : oneLine.substring(0, 77) + "...") + "'";
    }
}
