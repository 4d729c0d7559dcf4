package pond.server.killmatrix;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between callers and a server, and knows calls by method and path: it forwards them, and holds the first one of each
 * kind that is asked for. Its address stays, whatever becomes of the server.
 */
final class FaultProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FaultProxy.class);
    private static final int CONNECT_MILLIS = 5_000;
    private static final long MOST_HELD_SECONDS = 180;

    private final ServerSocket listening;
    private final Supplier<URI> target;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<Call> wanted = ConcurrentHashMap.newKeySet();
    /** Kinds of which nobody has taken one yet. */
    private final Set<Call> awaited = ConcurrentHashMap.newKeySet();

    private final BlockingQueue<Held> held = new LinkedBlockingQueue<>();

    /** @param target asked for each connection, because a server that was restarted has another port */
    FaultProxy(Supplier<URI> target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    /** The next call of each of these kinds is held. */
    void hold(Collection<Call> calls) {
        awaited.addAll(calls);
        wanted.addAll(calls);
    }

    /** Kinds that were to be held and that {@link #gather} has not returned yet. */
    Set<Call> awaited() {
        return new TreeSet<>(awaited);
    }

    /**
     * Calls that are held: the first within a time, and those that come until no other one has come for a while.
     *
     * @return empty when none has come
     */
    List<Held> gather(Duration first, Duration others) throws InterruptedException {
        List<Held> gathered = new ArrayList<>();
        @Nullable Held next = held.poll(first.toMillis(), TimeUnit.MILLISECONDS);
        while (next != null) {
            gathered.add(next);
            awaited.remove(next.call());
            next = awaited.isEmpty() ? null : held.poll(others.toMillis(), TimeUnit.MILLISECONDS);
        }
        return gathered;
    }

    /** Breaks all connections, as the system does with those of a process that is killed. */
    void cutAll() {
        open.forEach(FaultProxy::close);
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                threads.execute(() -> serve(client));
            } catch (IOException e) {
                if (!listening.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /** A connection breaks when either side does, and after a call that was held. */
    private void serve(Socket client) {
        Socket server = new Socket();
        try (client) {
            open.add(client);
            client.setTcpNoDelay(true);
            InputStream requests = new BufferedInputStream(client.getInputStream());
            InputStream answers = InputStream.nullInputStream();
            Optional<Message> request = Message.request(requests);
            while (request.isPresent() && !holds(request.get())) {
                if (!server.isConnected()) {
                    server = connect();
                    answers = new BufferedInputStream(server.getInputStream());
                }
                server.getOutputStream().write(request.get().bytes());
                client.getOutputStream()
                        .write(Message.answer(answers, request.get()).bytes());
                request = Message.request(requests);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("a connection broke: {}", e.toString());
        } finally {
            open.remove(client);
            close(server);
            open.remove(server);
        }
    }

    /** True after a call was held for as long as that was wanted. */
    private boolean holds(Message request) {
        Optional<Call> call = Call.find(request.method(), request.path());
        if (call.isEmpty() || !wanted.remove(call.get())) {
            return false;
        }
        CompletableFuture<Void> ended = new CompletableFuture<>();
        held.add(new Held(call.get(), request, this::connect, ended));
        try {
            ended.get(MOST_HELD_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("nobody ended " + call.get(), e);
        }
    }

    private Socket connect() {
        try {
            URI to = target.get();
            Socket server = new Socket();
            server.connect(new InetSocketAddress(to.getHost(), to.getPort()), CONNECT_MILLIS);
            server.setTcpNoDelay(true);
            open.add(server);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cutAll();
        threads.shutdownNow();
    }
}
