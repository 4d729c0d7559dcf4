package pond.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.protocol.Completion;
import pond.common.protocol.Job;
import pond.common.protocol.Job.BundleRef;
import pond.common.protocol.Outcome;
import pond.worker.checkout.SharedCheckout;
import pond.worker.checkout.Throwaway;
import pond.worker.runtime.FakeServer.Fate;

/** Stages that share the checkout of their bundle. */
class SharedCheckoutStageTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path dir;

    private final AtomicInteger brought = new AtomicInteger();
    private TestWorker test;
    private BundleRef bundle;

    @BeforeEach
    void start() throws IOException {
        FakeServer server = new FakeServer(Duration.ofSeconds(30));
        server.bundle = tar("log/old.log", "old", "log/kept.log", "kept", "main.c", "int main;");
        server.fates(call -> {
            if (call.equals("bundle")) {
                brought.incrementAndGet();
            }
            return Fate.ANSWERED;
        });
        bundle = new BundleRef(FakeServer.digest(server.bundle), server.bundle.length);
        // With no room at all for what no job holds, so that letting go shows.
        test = new TestWorker(server, new WorkerConfig.Disk(dir, 0, 0), 2);
    }

    @AfterEach
    void stop() {
        test.close();
    }

    @Test
    void twoJobsAtOnceHaveOneTreeAndItGoesWithTheLast() throws IOException {
        CountDownLatch both = new CountDownLatch(2);
        List<Path> trees = new CopyOnWriteArrayList<>();
        Job first = job("first");
        Job second = job("second");
        for (Job job : List.of(first, second)) {
            test.submit(job, context -> {
                Path tree = context.sharedCheckout().tree();
                trees.add(tree);
                both.countDown();
                boolean met = both.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                return Files.readString(tree.resolve("main.c")).equals("int main;") && met
                        ? Outcome.done(0)
                        : Outcome.failed("exit_code", "not what was expected", 1);
            });
        }

        assertThat(completion(first).outcome()).isEqualTo(Outcome.done(0));
        assertThat(completion(second).outcome()).isEqualTo(Outcome.done(0));
        assertThat(trees.get(0)).isEqualTo(trees.get(1));
        assertThat(trees.get(0)).startsWithRaw(dir);
        assertThat(brought).hasValue(1);
        assertThat(checkouts()).isEmpty();
    }

    @Test
    void aStageThatFailsLetsGoToo() throws IOException {
        Job job = test.submit(job("throws"), context -> {
            assertThat(context.sharedCheckout()).isSameAs(context.sharedCheckout());
            assertThat(checkouts()).hasSize(1);
            throw new IOException("disk on fire");
        });

        assertThat(TestWorker.error(completion(job).outcome()).code()).isEqualTo("worker_error");
        assertThat(checkouts()).isEmpty();
        assertThat(test.workspaces()).isEmpty();
    }

    @Test
    void artifactsAreThoseOfTheThrowawayCopyAndTheTreeStays() {
        List<String> tree = new CopyOnWriteArrayList<>();
        Job job = test.submit(job("changes"), context -> {
            SharedCheckout shared = context.sharedCheckout();
            Throwaway throwaway = shared.throwaway();
            Files.createDirectories(throwaway.written().resolve("log"));
            Files.writeString(throwaway.written().resolve("log/old.log"), "changed");
            Files.writeString(throwaway.written().resolve("new.log"), "new");
            tree.add(Files.readString(shared.tree().resolve("log/old.log")));
            return Outcome.done(0);
        });

        assertThat(completion(job).artifacts())
                .extracting(produced -> produced.name().value())
                .containsExactly("log/kept.log", "log/old.log", "new.log");
        assertThat(artifact(job, "log/old.log")).isEqualTo("changed");
        assertThat(artifact(job, "log/kept.log")).isEqualTo("kept");
        assertThat(tree).containsExactly("old");
        assertThat(test.workspaces()).isEmpty();
    }

    @Test
    void aJobWithoutABundleSharesAnEmptyTree() {
        Job job = test.submit(job("empty", null), context -> {
            assertThat(context.sharedCheckout().tree()).isEmptyDirectory();
            Files.writeString(context.sharedCheckout().throwaway().written().resolve("a.log"), "a");
            return Outcome.done(0);
        });

        assertThat(completion(job).artifacts())
                .extracting(produced -> produced.name().value())
                .containsExactly("a.log");
        assertThat(brought).hasValue(0);
    }

    private Job job(String stage) {
        return job(stage, bundle);
    }

    private static Job job(String stage, @Nullable BundleRef bundle) {
        Job job = TestWorker.job(stage, TestWorker.shell("**/*.log"), Duration.ofMinutes(1), TestWorker.LIMITS);
        return new Job(
                job.id(),
                job.leaseToken(),
                job.fence(),
                job.run(),
                job.project(),
                job.stage(),
                null,
                1,
                job.executor(),
                job.timeout(),
                bundle,
                false,
                job.limits(),
                null,
                job.leasedAfter());
    }

    private static byte[] tar(String... namesAndTexts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                byte[] content = namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(namesAndTexts[i]);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private List<Path> checkouts() throws IOException {
        try (Stream<Path> all = Files.list(dir.resolve("checkouts"))) {
            return all.toList();
        }
    }

    private String artifact(Job job, String name) {
        return test.server.look(
                () -> new String(test.server.ledger(job.id()).artifacts.get(name), StandardCharsets.UTF_8));
    }

    private Completion completion(Job job) {
        await().atMost(PATIENCE).until(() -> test.server.completion(job).isPresent());
        await().atMost(PATIENCE).until(() -> test.worker.status().running() == 0);
        return test.server.completion(job).orElseThrow();
    }
}
