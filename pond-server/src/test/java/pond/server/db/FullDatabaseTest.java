package pond.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.testing.TestHttp;

/** A database that takes no more: what its callers see, in Java and over HTTP, and that it goes on afterwards. */
class FullDatabaseTest {
    @TempDir
    private Path folder;

    @Test
    void aFileThatMayNotGrowRefusesWritesAsFullAndTakesThemAgain() {
        try (Databases databases = new Databases(folder)) {
            get(databases.insert("first"));
            long pages = get(databases.db.write(tx -> Long.parseLong(Databases.pragma(tx, "page_count"))));
            get(databases.db.write(tx -> Databases.pragma(tx, "max_page_count = " + pages)));

            CompletableFuture<Integer> large = databases.insert("x".repeat(1 << 20));

            assertThat(failure(large)).isInstanceOf(DatabaseFullException.class);
            assertThat(get(databases.insert("small"))).isEqualTo(1);
            get(databases.db.write(tx -> Databases.pragma(tx, "max_page_count = " + (pages + 1_000))));
            get(databases.insert("y".repeat(1 << 20)));
            assertThat(databases.texts()).hasSize(3).doesNotContain("x".repeat(1 << 20));
        }
    }

    @Test
    void aFullFileAndAFullQueueAreUnavailableOverHttpAndNoFault() throws Exception {
        Databases databases = new Databases(Databases.config(folder, 1, Duration.ofSeconds(5)));
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        try (databases;
                TestHttp http = TestHttp.start((routes, answers) -> {
                    routes.get("/write", ctx -> answers.json(ctx, 200, databases.insert("x")));
                    routes.get("/large", ctx -> answers.json(ctx, 200, databases.insert("x".repeat(1 << 20))));
                })) {
            get(databases.db.write(tx -> Databases.pragma(tx, "max_page_count = 10")));
            assertUnavailable(http.get("/large"), "10", "\"code\":\"disk_full\"");

            CompletableFuture<Void> blocked = databases.db.change(tx -> {
                running.countDown();
                uninterruptibly(held);
            });
            running.await();
            CompletableFuture<Integer> queued = databases.insert("queued");

            assertUnavailable(http.get("/write"), "2", "too much is waiting to be stored");

            held.countDown();
            get(blocked);
            get(queued);
            assertThat(http.get("/write").statusCode()).isEqualTo(200);
        } finally {
            held.countDown();
        }
    }

    private static void uninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void assertUnavailable(HttpResponse<String> answer, String retryAfter, String text) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains(retryAfter);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains(text);
    }
}
