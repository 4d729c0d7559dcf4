package pond.server.config;

import java.util.Arrays;
import java.util.Locale;

/** Whose shell stages may run as plain subprocesses, with the rights of the process that runs them. */
public enum UnconfinedShell {
    /** Those of runs that were submitted with the service token. */
    SERVICE,
    ALL,
    NONE;

    static UnconfinedShell of(String text) {
        return Arrays.stream(values())
                .filter(value -> value.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not one of the three words"));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
