package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import pond.server.soak.Soak;

/** Some seconds of what {@code scripts/soak} does for an hour. */
class SoakIT {
    private static final long SECONDS = 8;

    @TempDir
    private Path folder;

    /** Six processes are started, which takes long on a busy machine. */
    @Test
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void whatIsDoneHasItsEffectAndWhatWasTakenIsGivenBack() throws Exception {
        // Stages in sandboxes run as another user, who must get to their folders.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        ByteArrayOutputStream report = new ByteArrayOutputStream();
        Path clone = Path.of("..").toAbsolutePath().normalize();

        boolean held = Soak.run(clone, folder, SECONDS, 2, new PrintStream(report, true, StandardCharsets.UTF_8));

        assertThat(held).as(report.toString(StandardCharsets.UTF_8)).isTrue();
    }
}
