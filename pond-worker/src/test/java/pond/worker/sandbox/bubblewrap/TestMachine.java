package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import pond.worker.checkout.Trees;

/** A worker's backend over a state folder that every user of the machine can pass, as a worker that is root needs it. */
final class TestMachine implements AutoCloseable {
    final Path state;
    final Bubblewrap bubblewrap;

    private TestMachine(Path state, Bubblewrap bubblewrap) {
        this.state = state;
        this.bubblewrap = bubblewrap;
    }

    static TestMachine open() throws IOException, InterruptedException {
        Path state = Files.createTempDirectory("pond-sbx-");
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx--x--x"));
        Files.writeString(state.resolve("token"), "a key of the worker");
        return new TestMachine(state, Bubblewrap.open(SandboxSettings.of(state, TestStage.WORKER)));
    }

    @Override
    public void close() throws IOException {
        bubblewrap.close();
        Trees.delete(state);
    }
}
