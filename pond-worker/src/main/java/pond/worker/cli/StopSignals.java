package pond.worker.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and SIGINT, each time they come. A shutdown hook runs once and cannot tell a second signal from the first, and
 * the JDK's only means for that, {@code sun.misc.Signal}, makes the compiler warn; so it is reached by reflection.
 */
final class StopSignals {
    private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

    private StopSignals() {}

    /** Has the task run for each signal, on a thread of its own; false when this JVM cannot do that. */
    static boolean install(Runnable task) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    StopSignals.class.getClassLoader(), new Class<?>[] {handler}, handling(task));
            for (String name : List.of("TERM", "INT")) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            }
            return true;
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.debug("signals cannot be told apart here", e);
            return false;
        }
    }

    private static InvocationHandler handling(Runnable task) {
        return (self, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                task.run();
                yield null;
            }
            case "equals" -> arguments != null && self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            default -> "the worker's signals";
        };
    }
}
