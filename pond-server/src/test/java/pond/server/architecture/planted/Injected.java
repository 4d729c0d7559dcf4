package pond.server.architecture.planted;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.jspecify.annotations.Nullable;

/** Breaks a rule on purpose. */
public final class Injected {
    @Inject
    @Nullable
    Object database;

    /** What the frameworks call it. */
    @Retention(RetentionPolicy.RUNTIME)
    @interface Inject {}
}
