package pond.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.dispatch.TestDispatch.noop;
import static pond.testing.TestDatabase.failure;
import static pond.testing.TestDatabase.get;

import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.server.runs.Idempotency;
import pond.server.runs.RunFilter;
import pond.server.runs.RunService.Submitted;
import pond.server.runs.Submission;

/** Submits with one key that are all stored in the same commit: none of them sees another before. */
class SameKeyTest {
    @TempDir
    private Path folder;

    private TestDispatch dispatch;

    @BeforeEach
    void open() throws Exception {
        dispatch = new TestDispatch(folder);
    }

    @AfterEach
    void close() {
        dispatch.close();
    }

    @Test
    void theFirstMakesTheRunAndTheOthersAreGivenIt() {
        CountDownLatch together = dispatch.hold();
        List<CompletableFuture<Submitted>> submits = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            submits.add(submit("once", "one body"));
        }
        CompletableFuture<Submitted> other = submit("once", "another body");
        together.countDown();

        List<Submitted> answers = submits.stream().map(submit -> get(submit)).toList();
        assertThat(answers).extracting(Submitted::created).containsExactly(true, false, false, false);
        assertThat(answers)
                .extracting(answer -> answer.run().id())
                .containsOnly(answers.get(0).run().id());
        assertThat(failure(other))
                .cause()
                .isInstanceOfSatisfying(
                        PondException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT));
        assertThat(dispatch.runs
                        .list(new RunFilter(null, Set.of(), List.of()), null, 10)
                        .runs())
                .hasSize(1);
    }

    private CompletableFuture<Submitted> submit(String key, String body) {
        Submission plain = dispatch.submission("garden", noop("a"));
        Submission withKey = new Submission(
                plain.project(),
                plain.submitter(),
                plain.request(),
                plain.stages(),
                plain.warnings(),
                Optional.of(Idempotency.of(key, TextNode.valueOf(body))));
        return dispatch.runs.submit(withKey, dispatch.dispatcher);
    }
}
