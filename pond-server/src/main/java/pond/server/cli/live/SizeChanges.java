package pond.server.cli.live;

import java.lang.reflect.Proxy;

/**
 * The signal with which a terminal tells that it has another size. The JDK's only means for signals, {@code
 * sun.misc.Signal}, makes the compiler warn; so it is reached by reflection.
 */
final class SizeChanges {
    private SizeChanges() {}

    /** Has the task run at each change, on a thread of its own; where this JVM cannot do that it never runs. */
    static void tell(Runnable task) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    SizeChanges.class.getClassLoader(),
                    new Class<?>[] {handler},
                    (self, method, arguments) -> switch (method.getName()) {
                        case "handle" -> {
                            task.run();
                            yield null;
                        }
                        case "equals" -> arguments != null && self == arguments[0];
                        case "hashCode" -> System.identityHashCode(self);
                        default -> "changes of the terminal's size";
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("WINCH"), proxy);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            // The size is that of the beginning then, which is better than no view.
            return;
        }
    }
}
