package pond.worker.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.InstanceOfAssertFactories.PATH;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine of the kind that our own program is for, and another one. */
class SessionLauncherTest {
    private static final String HERE = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    private static final String ELSEWHERE = "Linux riscv64";

    @TempDir
    Path folder;

    private record Run(int exitCode, List<String> stdout, String stderr) {}

    private SessionLauncher launcher(String machine) {
        return SessionLauncher.in(folder).on(machine);
    }

    private Run run(String machine, String... command) throws Exception {
        List<String> argv = new ArrayList<>(List.of(command));
        argv.add(0, launcher(machine).program().orElseThrow().toString());
        ProcessBuilder builder = new ProcessBuilder(argv).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().put("WORD", "two words");
        Process process = builder.start();
        List<String> stdout = process.inputReader(UTF_8).lines().toList();
        String stderr = new String(process.getErrorStream().readAllBytes(), UTF_8);
        return new Run(process.waitFor(), stdout, stderr);
    }

    private Path script(String text) throws Exception {
        Path script = Files.writeString(folder.resolve("script"), text);
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void onAMachineThatIsKnownItIsAProgramOfOurs() {
        assumeThat(HERE).as("the one that is known").isEqualTo("Linux amd64");

        assertThat(launcher(HERE).program()).contains(folder.resolve("launch"));
        assertThat(launcher(HERE).isPossible()).isTrue();
    }

    @Test
    void elsewhereItIsTheSystemsAndNothingIsWritten() {
        assertThat(launcher(ELSEWHERE).program().map(Path::getFileName)).contains(Path.of("setsid"));
        assertThat(SessionLauncher.ofSystem().program().map(Path::getFileName)).contains(Path.of("setsid"));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whereNothingCanBeWrittenItIsTheSystems() {
        SessionLauncher launcher = SessionLauncher.in(folder.resolve("missing"));

        assertThat(launcher.program().map(Path::getFileName)).contains(Path.of("setsid"));
    }

    @Test
    void whatAnEarlierLifeHasLeftIsReplaced() throws Exception {
        assumeThat(HERE).as("the one that is known").isEqualTo("Linux amd64");
        Files.writeString(folder.resolve("launch"), "broken");
        Files.writeString(folder.resolve("launch.new"), "half");

        assertThat(run(HERE, "/bin/sh", "-c", "exit 3").exitCode()).isEqualTo(3);
        assertThat(folder).isDirectoryContaining("glob:**/launch").isDirectoryNotContaining("glob:**/launch.new");
    }

    @Test
    void whatSomebodyHasRemovedIsWrittenAnew() throws Exception {
        assumeThat(HERE).as("the one that is known").isEqualTo("Linux amd64");
        SessionLauncher launcher = launcher(HERE);
        Files.delete(launcher.program().orElseThrow());

        assertThat(launcher.program())
                .contains(folder.resolve("launch"))
                .get(PATH)
                .isExecutable();
    }

    @Test
    void aFolderMayBeGivenAsItIsSeenFromHere() {
        Path relative = Path.of("").toAbsolutePath().relativize(folder);

        assertThat(SessionLauncher.in(relative).program().orElseThrow()).isAbsolute();
    }

    /** Fields 1, 5 and 6 of /proc/PID/stat: a process that leads its group and its session. */
    @ParameterizedTest
    @ValueSource(strings = {"here", ELSEWHERE})
    void aCommandHasASessionOfItsOwn(String machine) throws Exception {
        Run run = run(
                name(machine),
                "/bin/sh",
                "-c",
                "read pid name state parent group session rest </proc/$$/stat; echo $pid $group $session");

        List<String> ids = List.of(run.stdout.get(0).split(" "));
        assertThat(ids).hasSize(3).containsOnly(ids.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"here", ELSEWHERE})
    void argumentsAndVariablesComeThroughAsTheyAre(String machine) throws Exception {
        Run run = run(name(machine), "/bin/sh", "-c", "printf '%s\\n' \"$0\" \"$@\"; env; pwd", "a b", "", "ü");

        assertThat(run.stdout)
                .startsWith("a b", "", "ü")
                .contains("WORD=two words", folder.toRealPath().toString());
        assertThat(run.stderr).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"here", ELSEWHERE})
    void aScriptThatNamesNoInterpreterIsRunByTheShell(String machine) throws Exception {
        Run run = run(name(machine), script("echo \"$0\" \"$1\" \"$#\"; exit 4").toString(), "first", "second");

        assertThat(run.stdout).containsExactly(folder.resolve("script") + " first 2");
        assertThat(run.exitCode).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"here", ELSEWHERE})
    void whatCannotBeExecutedIsSaid(String machine) throws Exception {
        Run run = run(name(machine), script("#!/no/such/interpreter\n").toString());

        assertThat(run.exitCode).isIn(126, 127);
        assertThat(run.stderr)
                .containsAnyOf("cannot be executed", "failed to execute")
                .endsWith("\n");
    }

    private static String name(String machine) {
        return machine.equals("here") ? HERE : machine;
    }
}
