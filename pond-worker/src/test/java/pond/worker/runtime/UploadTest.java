package pond.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.protocol.Completion;
import pond.common.protocol.Job;
import pond.common.protocol.Outcome;
import pond.common.protocol.Outcome.Result;

class UploadTest {
    private static final String TEXT = "0123456789".repeat(10_000);

    @TempDir
    Path dir;

    private TestWorker test;

    @BeforeEach
    void start() throws IOException {
        test = new TestWorker(dir, 1, Duration.ofSeconds(30));
    }

    @AfterEach
    void stop() {
        test.close();
    }

    @Test
    void anUploadThatBreaksGoesOnWhereItWas() {
        test.server.uploads.breaks.addAll(List.of(0, 1, 70_000));
        Job job = writes(TEXT);

        assertThat(completion(job).outcome().result()).isEqualTo(Result.DONE);
        assertThat(test.server.uploads.offsets).containsExactly(0L, 0L, 1L, 70_001L);
        assertThat(test.server.ledger(job.id()).artifacts.get("file"))
                .asString()
                .isEqualTo(TEXT);
    }

    @Test
    void bytesThatTheServerKnowsAreNotSent() {
        test.server.uploads.known.add(FakeServer.digest(TEXT.getBytes(StandardCharsets.UTF_8)));
        Job job = writes(TEXT);

        assertThat(completion(job).artifacts()).hasSize(1);
        assertThat(test.server.uploads.offsets).isEmpty();
    }

    @Test
    void anEmptyFileIsSent() {
        Job job = writes("");

        assertThat(completion(job).artifacts()).hasSize(1);
        assertThat(test.server.uploads.offsets).containsExactly(0L);
    }

    @Test
    void aServerThatClaimsMoreThanThereIsGivesUpTheJob() {
        test.server.uploads.claims = TEXT.length() + 1L;
        Job job = writes(TEXT);

        await().until(() -> test.server.look(() -> test.server.ledger(job.id()).leased));
        await().until(() -> test.worker.status().running() == 0);
        assertThat(test.server.completion(job)).isEmpty();
    }

    private Job writes(String text) {
        return test.submit("writes", context -> {
            Files.writeString(context.output().resolve("file"), text);
            return Outcome.done(0);
        });
    }

    private Completion completion(Job job) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> test.server.completion(job).isPresent());
        return test.server.completion(job).orElseThrow();
    }
}
