package pond.worker.sandbox.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Machines and settings with which no sandbox is run, and what is said then. */
class HostSurveyTest {
    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void letOthersPass() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    }

    @Test
    void aMachineWithoutBubblewrapSaysWhatToInstall() {
        assertUnavailable(settings(), List.of("/nowhere"), "sandbox_backend_missing", "apt-get install bubblewrap");
    }

    @Test
    void aStateFolderThatEverySandboxWouldShowIsRefused() {
        SandboxSettings settings =
                new SandboxSettings(folder, "w", Optional.empty(), List.of(), List.of(Path.of("/opt/pond/key")), false);

        assertUnavailable(settings, "sandbox_state_visible", "/var/lib");
    }

    @Test
    void aStateFolderThatTheStagesUserCannotReachIsRefused() throws Exception {
        assumeThat(SandboxUser.self().uid())
                .as("only a worker that is root drops to another user")
                .isZero();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        SandboxSettings settings = SandboxSettings.of(folder.resolve("state"), "w");

        assertUnavailable(settings, "sandbox_unreachable", "/var/lib");
    }

    @ParameterizedTest
    @CsvSource({"/etc", "/", "/proc", "/nowhere-at-all", "relative"})
    void aToolFolderIsOneOfPrograms(String tool) {
        SandboxSettings settings =
                new SandboxSettings(folder, "w", Optional.empty(), List.of(Path.of(tool)), List.of(), false);

        assertUnavailable(settings, "sandbox_tool_dir", "tool folder");
    }

    @Test
    void aToolFolderDoesNotShowTheWorkersOwn() throws IOException {
        Path tools = Files.createDirectory(folder.resolve("tools"));
        Path state = Files.createDirectory(tools.resolve("state"));
        SandboxSettings settings = new SandboxSettings(state, "w", Optional.empty(), List.of(tools), List.of(), false);

        assertUnavailable(settings, "sandbox_tool_dir", "tool folder");
    }

    @Test
    void whatIsShownAsEtcHoldsNoSecretsAndItsOwnUsers() throws Exception {
        SandboxHost host = HostSurvey.survey(settings());

        assertThat(host.etc().resolve("passwd"))
                .content()
                .contains("agent:x:" + host.user().uid() + ":");
        assertThat(host.etc().resolve("shadow")).doesNotExist();
        assertThat(host.etc().resolve("ssl/private")).doesNotExist();
        assertThat(host.etc().resolve("ld.so.cache")).exists();
        assertThat(host.etc().resolve("resolv.conf")).isEmptyFile();
        assertThat(Files.size(host.filter()) % 8).isZero();
        HostSurvey.delete(HostSurvey.folder(folder));
    }

    private SandboxSettings settings() {
        return SandboxSettings.of(folder, "w");
    }

    private static void assertUnavailable(SandboxSettings settings, String code, String word) {
        assertUnavailable(settings, List.of("/usr/bin", "/bin"), code, word);
    }

    private static void assertUnavailable(SandboxSettings settings, List<String> programs, String code, String word) {
        assertThatThrownBy(() -> HostSurvey.survey(settings, programs))
                .isInstanceOfSatisfying(UnavailableException.class, e -> {
                    assertThat(e.result().code()).isEqualTo(code);
                    assertThat(e.result().text() + e.result().remedy()).contains(word);
                });
    }
}
