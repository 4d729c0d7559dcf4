package pond.common.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServedVersionsTest {
    @Test
    void aServerServesItsOwnVersionAndTheOneBefore() {
        assertThat(WorkerProtocol.isServed(5, 5)).isTrue();
        assertThat(WorkerProtocol.isServed(5, 4)).isTrue();
        assertThat(WorkerProtocol.isServed(5, 3)).isFalse();
        assertThat(WorkerProtocol.isServed(5, 6)).as("a worker that is newer").isFalse();
        assertThat(WorkerProtocol.isServed(1, 0))
                .as("there was none before the first")
                .isFalse();
    }

    @Test
    void whatARefusalNamesIsWhatIsServed() {
        assertThat(WorkerProtocol.isServed(WorkerProtocol.LOWEST_VERSION)).isTrue();
        assertThat(WorkerProtocol.isServed(WorkerProtocol.VERSION)).isTrue();
        assertThat(WorkerProtocol.isServed(WorkerProtocol.LOWEST_VERSION - 1)).isFalse();
        assertThat(WorkerProtocol.isServed(WorkerProtocol.VERSION + 1)).isFalse();
    }
}
