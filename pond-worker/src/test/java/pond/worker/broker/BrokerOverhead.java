package pond.worker.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import pond.worker.broker.http.ResponseHead;
import pond.worker.broker.model.Dialect;
import pond.worker.broker.model.Dialects;
import pond.worker.broker.model.ModelServer;

/**
 * Measures what the broker adds to a call and to the first byte of a stream: the same client calls the same server directly
 * and through a door, in turns, so that a noisy machine disturbs both alike. Not a test; run its main by hand.
 */
final class BrokerOverhead {
    private static final int CALLS = 500;
    private static final int ROUNDS = 3;

    private BrokerOverhead() {}

    public static void main(String[] args) throws Exception {
        try (ModelServer models = ModelServer.start()) {
            for (int round = 0; round <= ROUNDS; round++) {
                for (Dialect dialect : Dialects.ALL) {
                    for (boolean stream : new boolean[] {false, true}) {
                        report(round, dialect, stream, models.url());
                    }
                }
            }
        }
    }

    private static void report(int round, Dialect dialect, boolean stream, String url) throws Exception {
        long[] direct = new long[CALLS];
        long[] brokered = new long[CALLS];
        long[] directFirst = new long[CALLS];
        long[] brokeredFirst = new long[CALLS];
        InetSocketAddress address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), URI.create(url).getPort());
        try (TestBroker broker = TestBroker.of(dialect, url);
                Client through = broker.client();
                Client straight = new Client(address)) {
            for (int i = 0; i < CALLS; i++) {
                one(straight, dialect, stream, "", i, direct, directFirst);
                one(through, dialect, stream, broker.key(dialect), i, brokered, brokeredFirst);
            }
        }
        System.out.printf(
                "%s %s %s: call p50 direct %.3f ms, broker %.3f ms (+%.3f); first byte p50 %.3f, %.3f (+%.3f)%n",
                round == 0 ? "warm-up" : "round " + round,
                TestBroker.provider(dialect),
                stream ? "streamed" : "whole",
                median(direct),
                median(brokered),
                median(brokered) - median(direct),
                median(directFirst),
                median(brokeredFirst),
                median(brokeredFirst) - median(directFirst));
    }

    private static void one(
            Client client, Dialect dialect, boolean stream, String headers, int i, long[] whole, long[] first)
            throws IOException {
        long start = System.nanoTime();
        client.request(TestBroker.line(dialect, stream), headers, dialect.request("model-1", stream));
        ResponseHead head = client.head();
        client.awaitByte();
        first[i] = System.nanoTime() - start;
        client.rest(head);
        whole[i] = System.nanoTime() - start;
    }

    private static double median(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2] / 1e6;
    }
}
