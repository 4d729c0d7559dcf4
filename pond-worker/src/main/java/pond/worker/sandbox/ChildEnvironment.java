package pond.worker.sandbox;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The environment of a child process, built from nothing: it holds what was put in and the {@link JobMark}, never a
 * variable of our own process. Immutable; keeps the order in which variables were added.
 */
public final class ChildEnvironment {
    /** Variables with this prefix belong to pond; a stage cannot set them. */
    public static final String RESERVED_PREFIX = "POND_";

    private final JobMark mark;
    private final Map<String, String> variables;

    private ChildEnvironment(JobMark mark, Map<String, String> variables) {
        this.mark = mark;
        this.variables = Collections.unmodifiableMap(variables);
    }

    /** An environment that holds the mark and nothing else. */
    public static ChildEnvironment of(JobMark mark) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put(JobMark.VARIABLE, mark.toString());
        return new ChildEnvironment(mark, variables);
    }

    /**
     * This environment and a variable that pond itself gives; a former value is replaced.
     *
     * @throws IllegalArgumentException if the name is empty, contains {@code =} or NUL, is the mark's, or the value
     *     contains NUL
     */
    public ChildEnvironment with(String name, String value) {
        return withAll(Map.of(name, value));
    }

    /** As {@link #with}, for several variables. */
    public ChildEnvironment withAll(Map<String, String> added) {
        Map<String, String> all = new LinkedHashMap<>(variables);
        added.forEach((name, value) -> {
            requireValid(name, value);
            all.put(name, value);
        });
        return new ChildEnvironment(mark, all);
    }

    /**
     * This environment and the variables that a stage declares.
     *
     * @throws IllegalArgumentException as {@link #with}, and if a name starts with {@value #RESERVED_PREFIX}
     */
    public ChildEnvironment withStage(Map<String, String> declared) {
        for (String name : declared.keySet()) {
            if (name.startsWith(RESERVED_PREFIX)) {
                throw new IllegalArgumentException(
                        "env cannot set '" + name + "': names with " + RESERVED_PREFIX + " are pond's own");
            }
        }
        return withAll(declared);
    }

    /** All variables, the mark's included, in the order in which they were added. Unmodifiable. */
    public Map<String, String> variables() {
        return variables;
    }

    /** The mark by which the child and its descendants are recognised. */
    public JobMark mark() {
        return mark;
    }

    private static void requireValid(String name, String value) {
        if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not a name for an environment variable: '" + name + "'");
        }
        if (name.equals(JobMark.VARIABLE)) {
            throw new IllegalArgumentException(JobMark.VARIABLE + " is set once, by the mark");
        }
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the value of '" + name + "' contains NUL");
        }
    }
}
