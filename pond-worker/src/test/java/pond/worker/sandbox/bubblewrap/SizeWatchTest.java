package pond.worker.sandbox.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import org.junit.jupiter.api.Test;

class SizeWatchTest {
    /** A sandbox that is being set up looks like this test does: its root is still the machine's. */
    @Test
    void whatTheMachineHoldsIsNobodysMemory() {
        assertThat(new File("/").getTotalSpace()).isPositive();
        assertThat(SizeWatch.fileSystem(ProcessHandle.current().pid(), "/")).isZero();
        assertThat(SizeWatch.fileSystem(ProcessHandle.current().pid(), "/tmp")).isZero();
    }

    @Test
    void aProcessThatIsGoneHoldsNothing() {
        assertThat(SizeWatch.fileSystem(Integer.MAX_VALUE, "/tmp")).isZero();
    }
}
