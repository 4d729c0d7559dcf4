package pond.worker.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import pond.common.ids.WorkerId;
import pond.common.protocol.Enrolled;
import pond.common.protocol.ProtocolException;
import pond.common.protocol.Refusal;

class EnrolmentLoopTest {
    private static final Enrolled ENROLLED = new Enrolled(WorkerId.of("0190b6a0-0000-7000-8000-000000000001"));

    private final EnrolmentLoop loop = new EnrolmentLoop(1);

    @Test
    void triesAgainWhileTheServerIsAwayOrBusy() throws InterruptedException {
        Deque<CompletableFuture<Enrolled>> answers = new ArrayDeque<>(List.of(
                CompletableFuture.failedFuture(new IOException("connection refused")),
                CompletableFuture.failedFuture(new ProtocolException(Refusal.BUSY, "starting")),
                CompletableFuture.completedFuture(ENROLLED)));

        assertThat(loop.run(answers::remove)).isEqualTo(ENROLLED);
        assertThat(answers).isEmpty();
    }

    @Test
    void aRefusedCodeEndsIt() {
        ProtocolException refused = new ProtocolException(Refusal.UNAUTHORIZED, "used up");

        assertThatThrownBy(() -> loop.run(() -> CompletableFuture.failedFuture(refused)))
                .isSameAs(refused);
    }

    @Test
    void anInterruptEndsIt() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> loop.run(() -> CompletableFuture.failedFuture(new IOException("away"))))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }
}
