package pond.worker.broker;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import pond.common.definition.Budget;
import pond.common.protocol.UsageRecord;
import pond.common.swarm.Provider;
import pond.common.swarm.RateCard;
import pond.worker.broker.model.Dialect;
import pond.worker.broker.model.Dialects;

/** A broker with one open door, and all that it tells. */
final class TestBroker implements AutoCloseable {
    static final String KEY = "sk-real-0123456789abcdefABCDEF";

    /** Ten micro-dollars for each token of output, one for the others. */
    static final RateCard RATES = new RateCard(1_000_000, 10_000_000, null, null);

    static final BrokerLimits QUICK = new BrokerLimits(
            1024 * 1024,
            2 * 1024 * 1024,
            32,
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofMillis(1500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(20));

    final List<UsageRecord> records = new CopyOnWriteArrayList<>();
    final List<String> exceeded = new CopyOnWriteArrayList<>();
    final List<String> log = new CopyOnWriteArrayList<>();
    final BrokerDoor door;
    private final Broker broker;
    private final Path folder;

    TestBroker(BrokerJob job) throws IOException, BrokerRefused {
        broker = new Broker(InstantSource.system());
        folder = Files.createTempDirectory("broker");
        door = broker.open(job, folder, new Sink(), log::add);
    }

    static TestBroker of(Dialect dialect, String base) throws IOException, BrokerRefused {
        return new TestBroker(job(provider(dialect), base, Budget.UNLIMITED));
    }

    static BrokerJob job(String provider, String base, Budget budget, String... models) {
        return job(provider, base, budget, QUICK, models);
    }

    static BrokerJob job(String provider, String base, Budget budget, BrokerLimits limits, String... models) {
        return new BrokerJob(
                provider,
                Map.of(Provider.of(provider).orElseThrow().baseUrlName(), base),
                Map.of("API_KEY", KEY),
                Set.of(models),
                budget,
                RATES,
                limits);
    }

    static String provider(Dialect dialect) {
        return switch (Dialects.ALL.indexOf(dialect)) {
            case 0 -> "anthropic";
            case 1 -> "openai";
            case 2 -> "openai-compatible";
            default -> "gemini";
        };
    }

    private final class Sink implements UsageSink {
        @Override
        public void record(UsageRecord call) {
            records.add(call);
        }

        @Override
        public void budgetExceeded(String reason) {
            exceeded.add(reason);
        }
    }

    Client client() throws IOException {
        return new Client(UnixDomainSocketAddress.of(door.socket()));
    }

    /** The header with the key that opens this door. */
    String key(Dialect dialect) {
        return dialect.keyHeader(door.dummyKey()) + "\r\n";
    }

    /** One call on a connection of its own. */
    Client.Response call(Dialect dialect, boolean stream) throws IOException {
        try (Client client = client()) {
            return client.call(line(dialect, stream), key(dialect), dialect.request("model-1", stream));
        }
    }

    static String line(Dialect dialect, boolean stream) {
        return "POST " + dialect.target("model-1", stream);
    }

    @Override
    public void close() throws IOException {
        door.close();
        broker.close();
        Files.delete(folder);
    }
}
