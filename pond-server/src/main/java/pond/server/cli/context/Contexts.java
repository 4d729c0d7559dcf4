package pond.server.cli.context;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is in a {@link ContextFile}.
 *
 * @param current the name of the one that is used when nothing else is said
 * @param contexts by name, in the order of their names
 */
public record Contexts(@Nullable String current, Map<String, SavedContext> contexts) {
    static final Contexts NONE = new Contexts(null, Map.of());

    public Contexts {
        contexts = Collections.unmodifiableMap(new TreeMap<>(contexts));
    }

    /** The first one is used at once; another one of the same name is replaced. */
    public Contexts with(String name, SavedContext context) {
        Map<String, SavedContext> all = new TreeMap<>(contexts);
        all.put(name, context);
        return new Contexts(contexts.isEmpty() ? name : current, all);
    }

    /** Forgets one; when it is the current one, there is none from then on. */
    public Contexts without(String name) {
        Map<String, SavedContext> all = new TreeMap<>(contexts);
        all.remove(name);
        return new Contexts(name.equals(current) ? null : current, all);
    }

    /** Makes one the current one; it must be there. */
    public Contexts using(String name) {
        return new Contexts(name, contexts);
    }
}
