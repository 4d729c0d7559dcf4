package pond.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javalin.config.RoutesConfig;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pond.server.errors.PondException;
import pond.testing.TestHttp;

class LongPollTest {
    private static final Duration IDLE = Duration.ofMillis(300);

    private final BlockingQueue<CompletableFuture<Void>> signals = new LinkedBlockingQueue<>();
    private final BlockingQueue<CompletableFuture<String>> jobs = new LinkedBlockingQueue<>();
    private final BlockingQueue<CompletableFuture<String>> running = new LinkedBlockingQueue<>();
    private final AtomicInteger version = new AtomicInteger();
    private final TestHttp http =
            TestHttp.start(new HttpServer.Settings("127.0.0.1", 0, IDLE, Duration.ofSeconds(10)), this::routes);

    private void routes(RoutesConfig routes, Answers answers) {
        routes.get("/version", ctx -> {
            CompletableFuture<Void> signal = new CompletableFuture<>();
            signals.add(signal);
            answers.afterSignal(ctx, Params.of(ctx, "wait").wait("wait"), signal, version::get);
        });
        routes.get("/job", ctx -> {
            CompletableFuture<String> job = new CompletableFuture<>();
            jobs.add(job);
            answers.awaiting(
                    ctx,
                    Duration.ofSeconds(50),
                    job,
                    "none",
                    given -> ctx.status(200).result(given));
        });
        routes.get(
                "/gone",
                ctx -> answers.afterSignal(ctx, Duration.ofMillis(50), new CompletableFuture<>(), () -> {
                    throw PondException.notFound("run");
                }));
        routes.get("/running", ctx -> {
            CompletableFuture<String> work = new CompletableFuture<>();
            running.add(work);
            answers.when(ctx, work, given -> ctx.result(Thread.currentThread().getName()));
        });
    }

    @AfterEach
    void stop() {
        http.close();
    }

    @Test
    void answersWithWhatIsThereWhenTheSignalComesAlsoPastTheIdleTimeout() throws Exception {
        CompletableFuture<HttpResponse<String>> answer =
                http.sendAsync(http.request("/version?wait=50").build());
        CompletableFuture<Void> signal = signals.poll(10, TimeUnit.SECONDS);
        assertThat(answer.copy()
                        .completeOnTimeout(null, 3 * IDLE.toMillis(), TimeUnit.MILLISECONDS)
                        .join())
                .isNull();

        version.set(7);
        signal.complete(null);

        assertThat(answer.get(10, TimeUnit.SECONDS).body()).isEqualTo("7");
    }

    @Test
    void withoutAWaitItAnswersAtOnceAndTheSignalIsDone() {
        assertThat(http.get("/version").body()).isEqualTo("0");
        assertThat(signals.element()).isCompleted();
    }

    @Test
    void theWaitEndsByItself() {
        assertThat(http.get("/version?wait=1").body()).isEqualTo("0");
        assertThat(signals.element()).isCompleted();
    }

    @Test
    void aRefusalAfterTheWaitIsAnAnswerToo() {
        HttpResponse<String> response = http.get("/gone");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).contains("there is no such run");
    }

    @Test
    void aCallerWhoHangsUpGivesTheThingBack() throws Exception {
        try (Socket socket = http.connect()) {
            socket.getOutputStream().write("GET /job HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            CompletableFuture<String> job = jobs.poll(10, TimeUnit.SECONDS);
            assertThat(job).isNotDone();

            socket.shutdownOutput();

            assertThat(job.get(10, TimeUnit.SECONDS)).isEqualTo("none");
            assertThat(job.complete("a job")).isFalse();
        }
    }

    @Test
    void oneConnectionMayPollAgainAndAgain() throws Exception {
        for (int i = 0; i < 20; i++) {
            CompletableFuture<HttpResponse<String>> answer =
                    http.sendAsync(http.request("/job").build());
            CompletableFuture<String> job = jobs.poll(10, TimeUnit.SECONDS);
            assertThat(job.complete("job " + i)).isTrue();
            assertThat(answer.get(10, TimeUnit.SECONDS).body()).isEqualTo("job " + i);
        }
    }

    @Test
    void hundredsOfWaitsTakeNoThread() {
        try (TestHttp patient = TestHttp.start(this::routes)) {
            for (int i = 0; i < 300; i++) {
                CompletableFuture<HttpResponse<String>> unused =
                        patient.sendAsync(patient.request("/job").build());
                assertThat(unused).isNotCompletedExceptionally();
            }
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(jobs).hasSize(300));

            assertThat(patient.get("/version").statusCode()).isEqualTo(200);
            assertThat(patient.answers.threads().getBusyThreads()).isLessThan(20);
        }
    }

    @Test
    void stoppingEndsWaitsAtOnceAndLetsRunningRequestsFinish() throws Exception {
        CompletableFuture<HttpResponse<String>> waiting =
                http.sendAsync(http.request("/job").build());
        CompletableFuture<HttpResponse<String>> busy =
                http.sendAsync(http.request("/running").build());
        CompletableFuture<String> work = running.poll(10, TimeUnit.SECONDS);
        assertThat(jobs.poll(10, TimeUnit.SECONDS)).isNotNull();

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(http::close);

        assertThat(waiting.get(10, TimeUnit.SECONDS).body()).isEqualTo("none");
        assertThat(stopped.copy()
                        .completeOnTimeout(null, 600, TimeUnit.MILLISECONDS)
                        .isDone())
                .isFalse();
        work.complete("done");
        assertThat(busy.get(10, TimeUnit.SECONDS).body()).startsWith("pond-http-");
        stopped.get(10, TimeUnit.SECONDS);
    }

    @Test
    void aRequestOnALiveConnectionWhileStoppingIsTurnedAway() throws Exception {
        CompletableFuture<HttpResponse<String>> busy =
                http.sendAsync(http.request("/running").build());
        CompletableFuture<String> work = running.poll(10, TimeUnit.SECONDS);
        try (Socket socket = http.connect()) {
            socket.getOutputStream().write("GET /job HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(http::close);
            await().pollInterval(Duration.ofMillis(5)).until(() -> http.answers.isEnding());

            socket.getOutputStream().write("Host: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answer)
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: 2", "X-Request-Id: ", "problem+json", "Connection: close");
            work.complete("done");
            assertThat(busy.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            stopped.get(10, TimeUnit.SECONDS);
        }
    }
}
