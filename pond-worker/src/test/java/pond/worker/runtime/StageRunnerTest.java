package pond.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.LogStream;
import pond.common.ids.ArtifactName;
import pond.common.protocol.Completion;
import pond.common.protocol.InputArtifact;
import pond.common.protocol.Job;
import pond.common.protocol.Job.BundleRef;
import pond.common.protocol.Outcome;
import pond.common.protocol.Outcome.Result;
import pond.worker.runtime.FakeServer.Fate;

class StageRunnerTest {
    @TempDir
    Path dir;

    private TestWorker test;

    @BeforeEach
    void start() throws IOException {
        test = new TestWorker(dir, 2, Duration.ofSeconds(30));
    }

    @AfterEach
    void stop() {
        test.close();
    }

    @Test
    void whatAStageLeavesInItsOutputBecomesArtifacts() {
        Job job = test.submit("writes", context -> {
            Files.createDirectory(context.output().resolve("reports"));
            Files.writeString(context.output().resolve("reports/a.txt"), "alpha");
            Files.writeString(context.output().resolve("b.txt"), "beta");
            return Outcome.done(0);
        });

        Completion completion = completion(job);
        assertThat(completion.artifacts())
                .extracting(produced -> produced.name().value())
                .containsExactly("b.txt", "reports/a.txt");
        assertThat(artifact(job, "reports/a.txt")).isEqualTo("alpha");
        assertThat(test.workspaces()).isEmpty();
    }

    @Test
    void filesOfTheCheckoutThatTheStageNamesBecomeArtifactsToo() {
        Job job = TestWorker.job("keeps", TestWorker.shell("*.log"), Duration.ofMinutes(1), TestWorker.LIMITS);
        test.submit(job, context -> {
            Files.writeString(context.checkout().resolve("build.log"), "built");
            Files.writeString(context.checkout().resolve("other.txt"), "not wanted");
            return Outcome.failed("exit_code", "exited with 1", 1);
        });

        Completion completion = completion(job);
        assertThat(completion.outcome().result()).isEqualTo(Result.FAILED);
        assertThat(completion.artifacts())
                .extracting(produced -> produced.name().value())
                .containsExactly("build.log");
    }

    @Test
    void aRefusedArtifactFailsTheStageAndTheOthersAreKept() {
        test.server.uploads.refusedNames.add("bad.txt");
        Job job = test.submit("writes", context -> {
            Files.writeString(context.output().resolve("bad.txt"), "1");
            Files.writeString(context.output().resolve("good.txt"), "2");
            return Outcome.done(0);
        });

        Completion completion = completion(job);
        assertThat(TestWorker.error(completion.outcome()).code()).isEqualTo("artifact_refused");
        assertThat(TestWorker.error(completion.outcome()).message())
                .isEqualTo("artifact 'bad.txt' was refused: this name is not allowed");
        assertThat(completion.artifacts()).hasSize(1);
    }

    @Test
    void anArtifactPastTheLimitIsLeftOutWithALogLine() {
        Job job = TestWorker.job("big", TestWorker.shell(), Duration.ofMinutes(1), new Job.Limits(10_000, 10));
        test.submit(job, context -> {
            Files.writeString(context.output().resolve("big.txt"), "more than ten bytes");
            return Outcome.done(0);
        });

        assertThat(completion(job).artifacts()).isEmpty();
        assertThat(test.server.lines(job)).singleElement().asString().startsWith("'big.txt' is past the limit");
    }

    @Test
    void theBundleIsExtractedForEachStageAndBroughtOnce() throws IOException {
        test.server.bundle = tar("src/main.c", "int main;");
        BundleRef bundle = new BundleRef(FakeServer.digest(test.server.bundle), test.server.bundle.length);
        AtomicInteger brought = new AtomicInteger();
        test.server.fates(
                call -> call.equals("bundle") && brought.getAndIncrement() == 0 ? Fate.CALL_LOST : Fate.ANSWERED);
        List<String> seen = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 2; i++) {
            Job job = test.submit(withBundle(bundle), context -> {
                Path file = context.checkout().resolve("src/main.c");
                seen.add(Files.readString(file));
                Files.writeString(file, "edited");
                return Outcome.done(0);
            });
            assertThat(completion(job).outcome()).isEqualTo(Outcome.done(0));
        }

        assertThat(seen).containsExactly("int main;", "int main;");
        assertThat(brought).hasValue(2);
    }

    private static Job withBundle(BundleRef bundle) {
        Job job = TestWorker.job("builds", TestWorker.shell(), Duration.ofMinutes(1), TestWorker.LIMITS);
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

    private static byte[] tar(String name, String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            TarArchiveEntry entry = new TarArchiveEntry(name);
            entry.setSize(text.length());
            tar.putArchiveEntry(entry);
            tar.write(text.getBytes(StandardCharsets.UTF_8));
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    @Test
    void inputsArriveUnderTheirNamesAndCannotBeWritten() {
        byte[] near = "near".getBytes(StandardCharsets.UTF_8);
        byte[] far = "far".getBytes(StandardCharsets.UTF_8);
        test.server.inputBytes.put(FakeServer.digest(near), near);
        test.server.inputBytes.put(FakeServer.digest(far), far);
        test.server.inputs = List.of(input("scan", "out/ü.txt", near, true), input("plan", "out/ü.txt", far, false));
        List<String> seen = new ArrayList<>();
        Job job = test.submit("reads", context -> {
            Path flat = context.inputs();
            for (Path file : List.of(
                    flat.resolve("out/ü.txt"),
                    context.inputsByStage().resolve("scan/out/ü.txt"),
                    context.inputsByStage().resolve("plan/out/ü.txt"))) {
                seen.add(Files.readString(file));
                seen.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            }
            seen.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(flat.resolve("out"))));
            return Outcome.done(0);
        });

        assertThat(completion(job).outcome()).isEqualTo(Outcome.done(0));
        assertThat(seen).containsExactly("near", "r--r--r--", "near", "r--r--r--", "far", "r--r--r--", "r-xr-xr-x");
        await().until(() -> test.workspaces().isEmpty());
    }

    @Test
    void anInputWithOtherBytesFailsTheStage() {
        byte[] right = "right".getBytes(StandardCharsets.UTF_8);
        test.server.inputBytes.put(FakeServer.digest(right), "wrong".getBytes(StandardCharsets.UTF_8));
        test.server.inputs = List.of(input("scan", "a", right, true));
        Job job = test.submit("reads", context -> {
            context.inputs();
            return Outcome.done(0);
        });

        assertThat(TestWorker.error(completion(job).outcome()).code()).isEqualTo("worker_error");
    }

    @Test
    void anExecutorThatThrowsFailsTheStageWithoutShowingAPath() {
        Job io = test.submit("io", context -> {
            throw new IOException(context.output() + ": disk on fire");
        });
        Job runtime = test.submit("runtime", context -> {
            throw new IllegalStateException("internal " + dir);
        });
        Job error = test.submit("error", context -> {
            throw new StackOverflowError();
        });

        for (Job job : List.of(io, runtime, error)) {
            Outcome outcome = completion(job).outcome();
            assertThat(TestWorker.error(outcome).code()).isEqualTo("worker_error");
            assertThat(TestWorker.error(outcome).message())
                    .doesNotContain(dir.toString())
                    .doesNotContain("fire");
            assertThat(outcome.killConfirmed()).isFalse();
        }
    }

    @Test
    void callsWhoseAnswerWasLostAreRepeatedWithOneEffect() {
        AtomicInteger calls = new AtomicInteger();
        test.server.fates(call -> switch (call) {
            case "complete", "putArtifact", "logs" ->
                calls.incrementAndGet() % 2 == 1 ? Fate.ANSWER_LOST : Fate.ANSWERED;
            default -> Fate.ANSWERED;
        });
        Job job = test.submit("repeats", context -> {
            Files.writeString(context.output().resolve("a"), "x");
            context.line(LogStream.STDOUT, "one");
            context.line(LogStream.STDERR, "two");
            return Outcome.done(0);
        });

        assertThat(completion(job).lastLog()).isEqualTo(2);
        assertThat(test.server.lines(job)).containsExactly("one", "two");
    }

    @Test
    void progressIsCoalescedAndTheLastOneArrives() {
        Job job = test.submit("ticks", context -> {
            for (int i = 1; i <= 10_000; i++) {
                context.progress(i, 10_000, "step " + i);
            }
            return Outcome.done(0);
        });

        completion(job);
        var progress = test.server.look(() -> List.copyOf(test.server.ledger(job.id()).progress));
        assertThat(progress.get(progress.size() - 1).done()).isEqualTo(10_000);
        assertThat(progress).hasSizeLessThan(500);
    }

    private static InputArtifact input(String stage, String name, byte[] bytes, boolean flat) {
        return new InputArtifact(stage, null, new ArtifactName(name), bytes.length, FakeServer.digest(bytes), flat);
    }

    private String artifact(Job job, String name) {
        return test.server.look(
                () -> new String(test.server.ledger(job.id()).artifacts.get(name), StandardCharsets.UTF_8));
    }

    private Completion completion(Job job) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> test.server.completion(job).isPresent());
        await().until(() -> test.worker.status().running() == 0);
        return test.server.completion(job).orElseThrow();
    }
}
