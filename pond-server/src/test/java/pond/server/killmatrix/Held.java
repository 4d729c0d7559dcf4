package pond.server.killmatrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A call that its caller has sent and its server has not got yet. It ends with {@link #cut} in any case: what is held
 * never comes back with an answer. For one thread.
 */
final class Held {
    private static final int ANSWER_MILLIS = 30_000;
    private static final int CONFLICT = 409;

    private final Call call;
    private final Message request;
    private final Supplier<Socket> connecting;
    private final CompletableFuture<Void> ended;
    private Socket server = new Socket();

    /** @param ended completed when its connection is to break */
    Held(Call call, Message request, Supplier<Socket> connecting, CompletableFuture<Void> ended) {
        this.call = call;
        this.request = request;
        this.connecting = connecting;
        this.ended = ended;
    }

    Call call() {
        return call;
    }

    /** The server gets it whole. */
    void send() {
        send(request.bytes().length);
    }

    /** The server gets the beginning. */
    void sendHalf() {
        send(request.bytes().length / 2);
    }

    private void send(int count) {
        try {
            server = connecting.get();
            server.getOutputStream().write(Arrays.copyOf(request.bytes(), count));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The server gets it whole and answers.
     *
     * @return false when it was refused because something else has happened meanwhile, such as the end of its job
     */
    boolean takesEffect() {
        send();
        try {
            server.setSoTimeout(ANSWER_MILLIS);
            Message answer = Message.answer(new BufferedInputStream(server.getInputStream()), request);
            boolean done = answer.status() / 100 == 2;
            assertThat(done || answer.status() == CONFLICT)
                    .as("%s: %s", call, answer.head())
                    .isTrue();
            return done;
        } catch (IOException e) {
            throw new UncheckedIOException(call.toString(), e);
        }
    }

    /** Breaks it on both sides. */
    void cut() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            ended.complete(null);
        }
    }

    @Override
    public String toString() {
        return call.toString();
    }
}
