package pond.worker.egress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import pond.common.net.AddressRange;

/** A worker's egress with names of the test's own, and the doors that were opened in it. */
final class Net implements AutoCloseable {
    static final EgressLimits QUICK = new EgressLimits(
            Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofSeconds(20), 64, OptionalLong.empty());

    private final Path temp;
    private final Map<String, List<InetAddress>> names = new ConcurrentHashMap<>();
    private final AtomicInteger lookups = new AtomicInteger();
    private final Queue<Door> doors = new ConcurrentLinkedQueue<>();
    private final Queue<String> log = new ConcurrentLinkedQueue<>();

    Net(Path temp) {
        this.temp = temp;
    }

    Net name(String name, String... addresses) throws IOException {
        names.put(name, addresses(addresses));
        return this;
    }

    static List<InetAddress> addresses(String... texts) throws UnknownHostException {
        var found = new java.util.ArrayList<InetAddress>();
        for (String text : texts) {
            found.add(InetAddress.getByName(text));
        }
        return found;
    }

    List<InetAddress> resolve(String name) throws UnknownHostException {
        lookups.incrementAndGet();
        List<InetAddress> found = names.get(name);
        if (found == null) {
            throw new UnknownHostException(name);
        }
        return found;
    }

    /** A door that may lead to this machine. */
    Door open(String... allowHosts) throws IOException {
        return open(QUICK, "127.0.0.0/8", allowHosts);
    }

    Door open(EgressLimits limits, String openRanges, String... allowHosts) throws IOException {
        return open(limits, openRanges, this::resolve, allowHosts);
    }

    Door open(EgressLimits limits, String openRanges, HostResolver resolver, String... allowHosts) throws IOException {
        List<AddressRange> ranges = Stream.of(openRanges.split(",", -1))
                .filter(text -> !text.isEmpty())
                .map(AddressRange::parse)
                .toList();
        Egress egress = new EgressProxy(new EgressRules(List.of(), ranges, OptionalInt.empty(), limits), resolver);
        Door door = egress.open(List.of(allowHosts), temp.resolve("s" + doors.size()), log::add);
        doors.add(door);
        return door;
    }

    int lookups() {
        return lookups.get();
    }

    List<String> log() {
        return List.copyOf(log);
    }

    @Override
    public void close() throws IOException {
        for (Door door : doors) {
            door.close();
        }
    }
}
