package pond.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.db.Databases.failure;
import static pond.server.db.Databases.get;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseConcurrencyTest {
    private static final int THREADS = 16;
    private static final int ROUNDS = 60;
    private static final int OUTSIDE = 200;

    @TempDir
    Path folder;

    @Test
    void nothingIsEverLockedWithManyThreadsAndAnotherProcess() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (Databases it = new Databases(folder);
                Child tool = Child.start("write", folder.resolve("test.db").toString(), "" + OUTSIDE)) {
            assertThat(tool.say()).isEqualTo("writing");
            List<Future<Integer>> clients = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int client = t;
                clients.add(threads.submit(() -> writeAndRead(it, client)));
            }
            for (Future<Integer> client : clients) {
                assertThat(client.get(90, TimeUnit.SECONDS)).isEqualTo(ROUNDS);
            }
            assertThat(tool.say()).isEqualTo("done");
            assertThat(it.texts()).hasSize(THREADS * ROUNDS + OUTSIDE);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aProgramThatHoldsTheLockIsWaitedFor() throws Exception {
        try (Databases it = new Databases(folder);
                Connection tool = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("test.db"));
                var statement = tool.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            CompletableFuture<Integer> waiting = it.insert("patient");
            assertThat(it.texts()).isEmpty();
            assertThat(waiting).isNotDone();
            statement.execute("COMMIT");

            assertThat(get(waiting)).isEqualTo(1);
        }
    }

    @Test
    void aProgramThatNeverLetsGoMakesWritesBusyButNotForGood() throws Exception {
        try (Databases it = new Databases(folder)) {
            get(it.db.write(tx -> {
                Databases.connection(tx).setBusyTimeout(50);
                return 1;
            }));
            try (Connection tool = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("test.db"));
                    var statement = tool.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                assertThat(failure(it.insert("refused"))).isInstanceOf(DatabaseBusyException.class);
                statement.execute("ROLLBACK");
            }
            assertThat(get(it.insert("accepted"))).isEqualTo(1);
        }
    }

    private static int writeAndRead(Databases it, int client) throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            String text = client + "/" + i;
            get(it.insert(text));
            assertThat(it.db.<Integer>read(tx -> tx.handle()
                            .createQuery("SELECT count(*) FROM notes WHERE text = :text")
                            .bind("text", text)
                            .mapTo(Integer.class)
                            .one()))
                    .isEqualTo(1);
        }
        return ROUNDS;
    }
}
