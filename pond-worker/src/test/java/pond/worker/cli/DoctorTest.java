package pond.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import pond.common.json.Json;
import pond.worker.cli.Check.Result;
import pond.worker.runtime.WorkerConfig.Disk;
import pond.worker.sandbox.BareSandbox;

class DoctorTest {
    @TempDir
    private Path folder;

    @Test
    void thisMachineCanRunAllThatATestNeeds() throws InterruptedException {
        Doctor.Report report = examine(new Disk(folder.resolve("not/yet"), 1, 1));

        assertThat(report.ok()).isTrue();
        assertThat(report.checks())
                .extracting(Check::name)
                .containsExactly("noop", "builtin", "shell", "setsid", "/proc", "disk", "sandbox");
        assertThat(report.checks())
                .filteredOn(check -> !check.name().equals("sandbox"))
                .extracting(Check::result)
                .containsOnly(Result.OK);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whetherSandboxesHoldIsTriedWhereTheWorkerWouldKeepThings() throws IOException, InterruptedException {
        boolean root = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Check closed = sandbox(examine(new Disk(folder.resolve("not/yet"), 1, 1)));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Check open = sandbox(examine(new Disk(folder.resolve("not/yet"), 1, 1)));

        assertThat(closed.result()).isEqualTo(root ? Result.WARNING : Result.OK);
        assertThat(closed.message()).contains(root ? "cannot pass " + folder : "holds");
        assertThat(open.result()).isEqualTo(Result.OK);
    }

    @Test
    void aDiskBelowItsFloorIsNamed() throws InterruptedException {
        Doctor.Report report = examine(new Disk(folder, Long.MAX_VALUE, 1));

        assertThat(report.ok()).isFalse();
        assertThat(disk(report).message()).contains("are free at " + folder).endsWith("make room");
    }

    @Test
    void aStateFolderThatIsAFileIsRefused() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThat(disk(examine(new Disk(file, 1, 1))).message()).startsWith(file + " is not a folder");
    }

    @Test
    void theExitCodeSaysWhatTheReportSays() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        StringWriter out = new StringWriter();
        CommandLine line = new CommandLine(new DoctorCommand()).setOut(new PrintWriter(out));

        assertThat(line.execute("--json", "--state-dir", file.toString())).isEqualTo(1);

        JsonNode report = Json.readTree(out.toString());
        assertThat(report.path("ok").booleanValue()).isFalse();
        assertThat(report.path("checks").findValuesAsText("result")).contains("ok", "no");
    }

    private static Doctor.Report examine(Disk disk) throws InterruptedException {
        return new Doctor(new BareSandbox(), disk).examine();
    }

    private static Check sandbox(Doctor.Report report) {
        return report.checks().stream()
                .filter(check -> check.name().equals("sandbox"))
                .findFirst()
                .orElseThrow();
    }

    private static Check disk(Doctor.Report report) {
        return report.checks().stream()
                .filter(check -> check.name().equals("disk"))
                .findFirst()
                .orElseThrow();
    }
}
