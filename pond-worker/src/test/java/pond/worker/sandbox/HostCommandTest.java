package pond.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class HostCommandTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration AN_HOUR = Duration.ofHours(1);

    private final String worker = "host-command-" + ProcessHandle.current().pid();
    private final HostCommand host = new HostCommand(new BareSandbox(), worker);

    @Test
    void theEndAndTheOutputAreTold() throws InterruptedException {
        assertThat(host.run(List.of("true"), PATIENCE).succeeded()).isTrue();
        HostCommand.Result result = host.run(List.of("sh", "-c", "echo no such thing >&2; exit 3"), PATIENCE);

        assertThat(result.succeeded()).isFalse();
        assertThat(result.status()).isEqualTo(new ExitStatus.Exited(3));
        assertThat(result.failure()).contains("3").endsWith("no such thing");
    }

    @Test
    void aProgramThatIsNotThereIsAnAnswer() throws InterruptedException {
        assertThat(host.run(List.of("no-such-program-here"), PATIENCE).failure())
                .contains("not found");
    }

    @Test
    void itIsKilledAtItsDeadline() throws InterruptedException {
        HostCommand.Result result = host.run(List.of("sleep", "3600"), Duration.ofMillis(50));

        assertThat(result.inTime()).isFalse();
        assertThat(result.succeeded()).isFalse();
        assertThat(Processes.withEnvironment(worker)).isEmpty();
    }

    @Test
    void itIsKilledWhenNobodyWantsItAnyMore() throws InterruptedException {
        AtomicInteger asked = new AtomicInteger();

        HostCommand.Result result = host.run(List.of("sleep", "3600"), AN_HOUR, () -> asked.incrementAndGet() > 2);

        assertThat(result.inTime()).isFalse();
        assertThat(Processes.withEnvironment(worker)).isEmpty();
    }

    @Test
    void anInterruptKillsIt() throws InterruptedException {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> host.run(List.of("sleep", "3600"), AN_HOUR)).isInstanceOf(InterruptedException.class);
        await().atMost(PATIENCE).until(() -> Processes.withEnvironment(worker).isEmpty());
    }

    @Test
    void muchOutputIsCutOff() throws InterruptedException {
        HostCommand.Result result = host.run(List.of("seq", "100000"), PATIENCE);

        assertThat(result.succeeded()).isTrue();
        assertThat(result.output()).hasSize(20).startsWith("1", "2");
    }
}
