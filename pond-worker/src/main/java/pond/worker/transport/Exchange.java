package pond.worker.transport;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import pond.worker.transport.Answer.Reading;

/** Sends requests and completes a future exactly once for each. Cancelling the future cancels the call. */
final class Exchange {
    private final Connections connections;
    private final InstantSource clock;

    Exchange(Connections connections, InstantSource clock) {
        this.connections = connections;
        this.clock = clock;
    }

    /** A call whose answer is read at once, all within the time. */
    <T> CompletableFuture<T> send(
            OkHttpClient by, Request request, Duration atMost, Secrets secrets, Reading<T> reading) {
        Call call = by.newCall(request);
        call.timeout().timeout(atMost.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<T> answer = cancelling(call);
        enqueue(call, answer, secrets, response -> {
            try (response) {
                answer.complete(reading.read(response));
            }
        });
        return answer;
    }

    /** A call for bytes, which the caller reads and closes; the time between two of them is bounded, not the whole. */
    CompletableFuture<InputStream> download(Request request, Secrets secrets) {
        Call call = connections.bytes().newCall(request);
        CompletableFuture<InputStream> answer = cancelling(call);
        enqueue(call, answer, secrets, response -> {
            try {
                // Whoever cancelled meanwhile does not close the stream.
                if (!answer.complete(Answer.stream(response))) {
                    response.close();
                }
            } catch (IOException | RuntimeException e) {
                response.close();
                throw e;
            }
        });
        return answer;
    }

    /** An upload, which has no limit as a whole either. */
    CompletableFuture<Void> upload(Request request, Secrets secrets) {
        Call call = connections.bytes().newCall(request);
        CompletableFuture<Void> answer = cancelling(call);
        enqueue(call, answer, secrets, response -> {
            try (response) {
                answer.complete(Answer.nothing(response));
            }
        });
        return answer;
    }

    private static <T> CompletableFuture<T> cancelling(Call call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        CompletableFuture<T> unused = answer.whenComplete((value, failure) -> {
            if (answer.isCancelled()) {
                call.cancel();
            }
        });
        return answer;
    }

    private interface Success {
        /** Completes the future, and closes the response now or leaves that to the stream's reader. */
        void read(Response response) throws IOException;
    }

    private <T> void enqueue(Call call, CompletableFuture<T> answer, Secrets secrets, Success success) {
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call failed, IOException e) {
                connections.distrustIdle();
                answer.completeExceptionally(e);
            }

            @Override
            public void onResponse(Call answered, Response response) {
                try {
                    if (response.code() < 200 || response.code() > 299) {
                        try (response) {
                            throw Refused.read(response, clock, secrets);
                        }
                    }
                    success.read(response);
                } catch (IOException | RuntimeException e) {
                    answer.completeExceptionally(e);
                }
            }
        });
    }
}
