package pond.server.architecture.planted;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Breaks a rule on purpose. */
public final class AsksTheEnvironment {
    @Nullable
    String one() {
        return System.getenv("POND_PORT");
    }

    Map<String, String> all() {
        return System.getenv();
    }
}
