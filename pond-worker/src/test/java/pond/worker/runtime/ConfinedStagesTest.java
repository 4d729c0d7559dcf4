package pond.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import pond.common.definition.ExecutorSpec;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.common.protocol.Completion;
import pond.common.protocol.Job;
import pond.common.protocol.Job.BundleRef;
import pond.common.protocol.LogBatch;
import pond.common.protocol.Outcome;
import pond.worker.checkout.Owner;
import pond.worker.executors.ExecutorRegistry;
import pond.worker.executors.ShellExecutor;
import pond.worker.executors.StageSandboxes;
import pond.worker.sandbox.BareSandbox;
import pond.worker.sandbox.bubblewrap.Bubblewrap;
import pond.worker.sandbox.bubblewrap.SandboxSettings;

/** Shell stages in real sandboxes over the checkout of one bundle, from the lease to the artifacts. */
@Timeout(120)
class ConfinedStagesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final SandboxProfile WRITE = SandboxProfile.UNTRUSTED_CODE_WRITE;

    @TempDir
    Path dir = Path.of("");

    private FakeServer server;
    private Bubblewrap bubblewrap;
    private Worker worker;
    private BundleRef bundle;

    @BeforeEach
    void start() throws Exception {
        assumeThat(Path.of("/usr/bin/bwrap")).as("bubblewrap").exists();
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx--x--x"));
        start(dir.resolve("state"));
    }

    /** With a server of its own: a call of an earlier worker that still waits on one would be given the next job. */
    private void start(Path state) throws Exception {
        server = new FakeServer(Duration.ofSeconds(30));
        server.bundle =
                tar("changed.log", "old\n", "deleted.log", "gone\n", "kept/a.log", "kept\n", "main.c", "main\n");
        bundle = new BundleRef(FakeServer.digest(server.bundle), server.bundle.length);
        Files.createDirectories(state);
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx--x--x"));
        WorkerConfig.Disk disk = WorkerConfig.Disk.of(state);
        bubblewrap = Bubblewrap.open(SandboxSettings.of(state, disk.mark()));
        if (bubblewrap.uid().isPresent()) {
            disk = disk.ownedBy(
                    new Owner(bubblewrap.uid().get(), bubblewrap.gid().orElseThrow()));
        }
        ShellExecutor shell = new ShellExecutor(new BareSandbox(), disk.mark(), StageSandboxes.of(bubblewrap));
        WorkerConfig.Offer offer =
                new WorkerConfig.Offer(new ExecutorRegistry(List.of(shell)), Set.of("sandbox.bubblewrap"), Set.of());
        WorkerConfig config = new WorkerConfig("test", "1", 2, offer, disk, new BareSandbox());
        worker = Worker.start(config, server, InstantSource.system(), System::nanoTime);
    }

    @AfterEach
    void stop() {
        worker.cancelAll(Duration.ofSeconds(5));
        bubblewrap.close();
    }

    @Test
    void artifactsAreWhatTheStageLeftAndTheNextStageStartsFromTheBundleAgain() {
        Job first = submit(
                "first",
                WRITE,
                "set -e; echo new >>changed.log; rm deleted.log; echo made >made.log; mv main.c moved.log;"
                        + " echo out >$POND_OUTPUT_DIR/result");

        assertThat(completion(first).outcome()).isEqualTo(Outcome.done(0));
        assertThat(artifacts(first))
                .containsOnly(
                        Map.entry("changed.log", "old\nnew\n"),
                        Map.entry("kept/a.log", "kept\n"),
                        Map.entry("made.log", "made\n"),
                        Map.entry("moved.log", "main\n"),
                        Map.entry("result", "out\n"));

        Job second = submit("second", SandboxProfile.TRUSTED_CODE, "cat changed.log deleted.log main.c; echo *");

        assertThat(completion(second).outcome()).isEqualTo(Outcome.done(0));
        assertThat(lines(second)).containsExactly("old", "gone", "main", "changed.log deleted.log kept main.c");
        assertThat(artifacts(second)).containsOnlyKeys("changed.log", "deleted.log", "kept/a.log");
        assertNothingLeft();
    }

    @Test
    void twoAtOnceHaveEachItsOwn() {
        // A second, so that the other one runs as well by then.
        String script = "set -e; echo $POND_STAGE >>changed.log; rm deleted.log; mkdir $POND_STAGE; sleep 1;"
                + " echo *; cat changed.log";
        Job one = submit("one", WRITE, script);
        Job two = submit("two", WRITE, script);

        assertThat(completion(one).outcome()).isEqualTo(Outcome.done(0));
        assertThat(completion(two).outcome()).isEqualTo(Outcome.done(0));
        assertThat(lines(one)).containsExactly("changed.log kept main.c one", "old", "one");
        assertThat(lines(two)).containsExactly("changed.log kept main.c two", "old", "two");
        assertNothingLeft();
    }

    @Test
    void aReadProfileWritesNothingAndItsArtifactsAreTheTrees() {
        Job job = submit(
                "read",
                SandboxProfile.UNTRUSTED_CODE_READ,
                "touch new 2>/dev/null || echo no; rm main.c 2>/dev/null || echo no; cat main.c");

        assertThat(completion(job).outcome()).isEqualTo(Outcome.done(0));
        assertThat(lines(job)).containsExactly("no", "no", "main");
        assertThat(artifacts(job)).containsOnlyKeys("changed.log", "deleted.log", "kept/a.log");
    }

    @Test
    void whereNoOverlayWorksAStageHasACopyAndItsLogSaysSo() throws Exception {
        stop();
        start(dir.resolve("a,b"));

        Job job = submit("copied", WRITE, "echo new >>changed.log; rm deleted.log; cat changed.log");

        assertThat(completion(job).outcome()).isEqualTo(Outcome.done(0));
        assertThat(lines(job))
                .hasSize(3)
                .endsWith("old", "new")
                .anyMatch(line -> line.startsWith("no overlay works on this worker, so this stage was made a "));
        assertThat(artifacts(job)).containsOnlyKeys("changed.log", "kept/a.log");
        Job next = submit("next", SandboxProfile.UNTRUSTED_CODE_READ, "cat changed.log deleted.log");
        assertThat(completion(next).outcome()).isEqualTo(Outcome.done(0));
        assertThat(lines(next)).containsExactly("old", "gone");
    }

    private Job submit(String stage, SandboxProfile profile, String script) {
        ExecutorSpec.Shell shell = new ExecutorSpec.Shell(
                List.of("sh", "-c", script),
                Map.of(),
                List.of("**/*.log"),
                new SandboxSpec(profile, null, null, List.of(), null));
        Job job = TestWorker.job(stage, shell, Duration.ofMinutes(1), TestWorker.LIMITS);
        Job withBundle = new Job(
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
        server.submit(withBundle);
        return withBundle;
    }

    private Completion completion(Job job) {
        await().atMost(PATIENCE).until(() -> server.completion(job).isPresent());
        await().atMost(PATIENCE).until(() -> worker.status().running() == 0);
        return server.completion(job).orElseThrow();
    }

    private List<String> lines(Job job) {
        return server.look(() ->
                server.ledger(job.id()).lines.stream().map(LogBatch.Line::text).toList());
    }

    private Map<String, String> artifacts(Job job) {
        return server.look(() -> {
            Map<String, String> texts = new TreeMap<>();
            server.ledger(job.id())
                    .artifacts
                    .forEach((name, bytes) -> texts.put(name, new String(bytes, StandardCharsets.UTF_8)));
            return texts;
        });
    }

    private void assertNothingLeft() {
        try (Stream<Path> jobs = Files.list(dir.resolve("state/work"))) {
            assertThat(jobs).isEmpty();
            assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(dir.toString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
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
}
