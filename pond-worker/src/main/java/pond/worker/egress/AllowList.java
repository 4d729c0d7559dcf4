package pond.worker.egress;

import java.util.Collection;
import java.util.List;
import pond.worker.egress.wire.Denied;
import pond.worker.egress.wire.Target;

/** The names and ports a stage may reach. An empty list allows nothing. Immutable. */
final class AllowList {
    private static final int HTTPS_PORT = 443;
    private static final String ADVICE = "add it to allow_hosts";

    private final List<Entry> entries;

    /** A name, or with {@code below} all names that end with a dot and it. */
    private record Entry(String name, boolean below, int port) {
        static Entry parse(String text) {
            boolean below = text.startsWith("*.");
            try {
                Target target = Target.parse(below ? text.substring(2) : text, HTTPS_PORT);
                return new Entry(target.host(), below, target.port());
            } catch (Denied e) {
                throw new IllegalArgumentException("allow_hosts entry '" + text + "': " + e.reason(), e);
            }
        }

        boolean covers(String host) {
            return below ? host.endsWith("." + name) : host.equals(name);
        }
    }

    private AllowList(List<Entry> entries) {
        this.entries = entries;
    }

    /** @throws IllegalArgumentException for an entry that cannot be read */
    static AllowList of(Collection<String> entries) {
        return new AllowList(entries.stream().map(Entry::parse).toList());
    }

    /** @throws Denied when no entry has this name with this port */
    void check(Target target) throws Denied {
        List<Entry> named =
                entries.stream().filter(entry -> entry.covers(target.host())).toList();
        if (named.isEmpty()) {
            throw Denied.forbidden(target, "the host is not allowed", ADVICE);
        }
        if (named.stream().noneMatch(entry -> entry.port() == target.port())) {
            throw Denied.forbidden(target, "the host is allowed, but not this port", ADVICE);
        }
    }
}
