package pond.worker.sandbox.bubblewrap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Variables that the loader and the C library read when a program starts: with them a stage could change the programs
 * that set its limits before it runs itself. They come in under other names, and are given back right before the stage's
 * own program. Pure.
 *
 * @param variables all, those under other names
 * @param command the beginning that gives them back, and the command
 */
record LateVariables(Map<String, String> variables, List<String> command) {
    private static final String PREFIX = "POND_LATE_";
    private static final List<String> PREFIXES = List.of("LD_", "GLIBC_", "MALLOC_", "LC_", "RESOLV_");

    /** Those that glibc itself takes from setuid programs (unsecvars.h), and where its messages are looked for. */
    private static final Set<String> NAMES = Set.of(
            "GCONV_PATH",
            "GETCONF_DIR",
            "HOSTALIASES",
            "LANGUAGE",
            "LOCALDOMAIN",
            "LOCPATH",
            "NIS_PATH",
            "NLSPATH",
            "OUTPUT_CHARSET",
            "RES_OPTIONS",
            "TEXTDOMAINDIR",
            "TZDIR");

    /** With no such variable the command stays as it is. */
    static LateVariables of(Map<String, String> all, List<String> command) {
        Map<String, String> early = new LinkedHashMap<>();
        List<String> late = new ArrayList<>();
        StringBuilder script = new StringBuilder();
        all.forEach((name, value) -> {
            if (isLate(name)) {
                String other = PREFIX + late.size();
                script.append("export %s=\"$%s\"; unset %s; ".formatted(name, other, other));
                early.put(other, value);
                late.add(name);
            } else {
                early.put(name, value);
            }
        });
        if (late.isEmpty()) {
            return new LateVariables(early, command);
        }
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", script + "exec \"$@\"", "sh"));
        argv.addAll(command);
        return new LateVariables(early, List.copyOf(argv));
    }

    private static boolean isLate(String name) {
        boolean named = NAMES.contains(name) || PREFIXES.stream().anyMatch(name::startsWith);
        // Under a name that a shell cannot export, nothing looks for it.
        return named && name.chars().allMatch(c -> c == '_' || (c < 128 && Character.isLetterOrDigit(c)));
    }
}
