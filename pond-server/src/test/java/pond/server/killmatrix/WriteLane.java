package pond.server.killmatrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import pond.server.killmatrix.Fault.Victim;
import pond.server.scenarios.Client;
import pond.server.scenarios.ServerProcess;
import pond.testing.TestReceiver;

/** A server, and callers that reach it over a {@link FaultProxy}. For one thread. */
final class WriteLane implements AutoCloseable {
    private static final Map<String, String> SETTINGS =
            Map.of("POND_LOCAL_EXECUTORS", "noop", "POND_WEBHOOK_ALLOWED_HOSTS", "127.0.0.1");
    private static final Call MAINTENANCE = Call.of("POST " + OperatorWrites.MAINTENANCE);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path folder;
    private final Random random;
    private final Map<String, Write.Script> scripts = new TreeMap<>();
    private final TestReceiver receiver = TestReceiver.answering(200);
    private final HttpClient caller =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final FaultProxy network;

    private volatile URI address = URI.create("http://127.0.0.1:1");
    private ServerProcess server;

    WriteLane(Path folder, Random random) throws IOException {
        this.folder = folder;
        this.random = random;
        scripts.putAll(RunWrites.scripts(receiver));
        scripts.putAll(RegistryWrites.SCRIPTS);
        scripts.putAll(OperatorWrites.SCRIPTS);
        this.network = new FaultProxy(() -> address);
        this.server = start();
    }

    private ServerProcess start() {
        return ServerProcess.serve(folder, folder.resolve("state"), SETTINGS);
    }

    /** Has all writes meet the fault, each on things of its own; what does not hold afterwards. */
    List<AssertionError> strike(Fault fault) throws InterruptedException {
        address = server.url();
        Map<Call, Write> writes =
                prepare(fault.toString().toLowerCase(Locale.ROOT).replace('_', '-'));
        network.hold(writes.keySet());
        Client calling = new Client(network.url(), server.client().token());
        List<CompletableFuture<HttpResponse<String>>> sent = writes.values().stream()
                .map(write -> caller.sendAsync(write.request(calling), BodyHandlers.ofString()))
                .toList();
        assertThat(fault.strike(heldAll(writes.keySet()), random, () -> kill(fault)))
                .as("refused")
                .isEmpty();
        sent.forEach(call -> assertThatThrownBy(() -> call.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("a call without an answer")
                .hasCauseInstanceOf(IOException.class));
        if (fault.victim() == Victim.SERVER) {
            server = start();
        }
        return check(fault, writes);
    }

    private Map<Call, Write> prepare(String name) {
        Client client = server.client();
        Map<Call, Write> writes = new TreeMap<>();
        for (Call call : Call.writes()) {
            Write.Script script = scripts.get(call.toString());
            assertThat(script)
                    .as("no script says how to make the server see %s", call)
                    .isNotNull();
            writes.put(call, script.prepare(client, name));
        }
        assertThat(scripts).as("calls that the document does not have").hasSameSizeAs(writes);
        return writes;
    }

    private List<Held> heldAll(Set<Call> calls) throws InterruptedException {
        List<Held> held = new ArrayList<>();
        while (held.size() < calls.size()) {
            List<Held> more = network.gather(PATIENCE, Duration.ZERO);
            assertThat(more).as("nobody has sent %s", network.awaited()).isNotEmpty();
            held.addAll(more);
        }
        assertThat(new TreeSet<>(held.stream().map(Held::call).toList())).isEqualTo(calls);
        return held;
    }

    private void kill(Fault fault) {
        switch (fault.victim()) {
            case SERVER -> server.kill();
            // The connection is all that the server knows of a caller.
            case CALLER -> network.cutAll();
            case NOBODY -> {}
        }
    }

    /** Maintenance goes first, for while it is on no run comes to its end. */
    private List<AssertionError> check(Fault fault, Map<Call, Write> writes) {
        List<Call> order = new ArrayList<>(writes.keySet());
        order.remove(MAINTENANCE);
        order.add(0, MAINTENANCE);
        Client client = server.client();
        List<AssertionError> failures = new ArrayList<>();
        for (Call call : order) {
            try {
                Objects.requireNonNull(writes.get(call)).check().accept(client, fault.effect());
            } catch (AssertionError | RuntimeException e) {
                failures.add(new AssertionError(fault + " at " + call, e));
            }
        }
        return failures;
    }

    @Override
    public void close() throws IOException {
        server.close();
        network.close();
        receiver.close();
    }
}
