package pond.worker.sandbox;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pond.worker.sandbox.ExitStatus.CouldNotStart;
import pond.worker.sandbox.ExitStatus.Exited;
import pond.worker.sandbox.ExitStatus.Signalled;
import pond.worker.sandbox.Shell.Run;

class BareSandboxTest {
    @TempDir
    Path directory;

    private Sandbox sandbox;
    private Shell shell;

    @BeforeEach
    void openShell() {
        sandbox = new BareSandbox(directory);
        shell = new Shell(sandbox, directory, "bare-sandbox-test");
    }

    @Test
    void childSeesItsOwnVariablesAndNoneOfOurs() throws Exception {
        Run run = shell.start(List.of("env"), Map.of("GREETING", "hello"));

        assertThat(run.end().status()).isEqualTo(new Exited(0));
        assertThat(run.stdout().stream()
                        .map(line -> line.substring(0, line.indexOf('=')))
                        .collect(toSet()))
                .containsExactlyInAnyOrder("POND_JOB_MARK", "PATH", "GREETING");
        assertThat(run.stdout()).contains("PATH=/usr/bin:/bin", "GREETING=hello");
    }

    @ParameterizedTest
    @CsvSource({"exit 0, 0", "exit 1, 1", "exit 42, 42", "exit 127, 127", "exit 255, 255"})
    void exitCodesAreReportedAsTheyAre(String script, int code) throws Exception {
        Ended ended = shell.start(script).end();

        assertThat(ended.status()).isEqualTo(new Exited(code));
        assertThat(ended.stopped()).isFalse();
        assertThat(ended.killConfirmed()).isTrue();
        assertThat(ended.cleanup().leftovers()).isZero();
    }

    @Test
    void aCommandReadsItsInputToItsEnd() throws Exception {
        Run run = shell.start(reading("wc -c; cat", "x".repeat(300_000)));

        assertThat(run.end().status()).isEqualTo(new Exited(0));
        assertThat(run.stdout()).containsExactly("300000");
        assertThat(shell.start("wc -c").end().output().stdout().lines()).isEqualTo(1);
    }

    @Test
    void aCommandMayLeaveItsInputUnread() throws Exception {
        assertThat(shell.start(reading("true", "x".repeat(300_000))).end().status())
                .isEqualTo(new Exited(0));
    }

    private Command reading(String script, String input) {
        ChildEnvironment environment =
                ChildEnvironment.of(JobMark.next("bare-sandbox-test")).with("PATH", "/usr/bin:/bin");
        return new Command(List.of("sh", "-c", script), directory, environment, Secrets.NONE, Input.of(input));
    }

    @ParameterizedTest
    @CsvSource({"KILL, 9", "TERM, 15", "SEGV, 11"})
    void aSignalThatEndsTheProgramIsReportedByNumber(String name, int number) throws Exception {
        assertThat(shell.start("kill -" + name + " $$").end().status()).isEqualTo(new Signalled(number));
    }

    @Test
    void stdoutAndStderrAreToldApartAndCounted() throws Exception {
        Run run = shell.start("echo one; echo two; printf 'no end'; echo three >&2");
        Ended.Output output = run.end().output();

        assertThat(run.stdout()).containsExactly("one", "two", "no end");
        assertThat(run.stderr()).containsExactly("three");
        assertThat(output.stdout()).isEqualTo(new Ended.Count(14, 3));
        assertThat(output.stderr()).isEqualTo(new Ended.Count(6, 1));
        assertThat(output.complete()).isTrue();
    }

    @Test
    void secretsAreMaskedOnBothStreamsBeforeLinesAreMade() throws Exception {
        ChildEnvironment environment = ChildEnvironment.of(JobMark.next("w"))
                .with("PATH", "/usr/bin:/bin")
                .with("TOKEN", "s3cr3t/value");
        String script = "printf 's3cr'; sleep 0.2; printf '3t/value.\\n'; echo $TOKEN | base64 >&2;"
                + " head -c 16380 /dev/zero | tr '\\0' x; echo $TOKEN";
        Run run = shell.start(
                new Command(List.of("sh", "-c", script), directory, environment, Secrets.of(List.of("s3cr3t/value"))));

        Ended.Output output = run.end().output();
        assertThat(run.stdout()).containsExactly("***.", "x".repeat(16380) + "***");
        assertThat(run.stderr()).hasSize(1).allMatch(line -> line.startsWith("***") && line.length() < 8);
        assertThat(output.masked()).isEqualTo(3);
        assertThat(output.stdout().bytes()).isEqualTo(14 + 16380 + 13);
    }

    @Test
    void standardInputIsEmpty() throws Exception {
        Run run = shell.start("cat; echo done");

        run.end();
        assertThat(run.stdout()).containsExactly("done");
    }

    @Test
    void programStartsInTheWorkingDirectory() throws Exception {
        Run run = shell.start("pwd -P");

        run.end();
        assertThat(run.stdout()).containsExactly(directory.toRealPath().toString());
    }

    @Test
    void programHasASessionOfItsOwnSoThatItCannotSignalOurGroup() throws Exception {
        Run run = shell.start("cut -d' ' -f1,5,6 /proc/self/stat & wait; echo $$; kill 0");

        assertThat(run.end().status()).isEqualTo(new Signalled(15));
        String leader = run.stdout().get(1);
        assertThat(run.stdout().get(0)).endsWith(" " + leader + " " + leader);
    }

    @Test
    void programIsLookedUpInTheChildsPathAndRelativeToTheWorkingDirectory() throws Exception {
        script(directory.resolve("bin/tool"), "echo from path");
        script(directory.resolve("here"), "echo from here");
        Run byPath = shell.start(List.of("tool"), Map.of("PATH", "/nowhere:bin:/usr/bin"));
        Run byName = shell.start(List.of("./here"), Map.of());

        byPath.end();
        byName.end();
        assertThat(byPath.stdout()).containsExactly("from path");
        assertThat(byName.stdout()).containsExactly("from here");
    }

    @Test
    void programThatIsNotThereCouldNotStart() throws Exception {
        assertThat(shell.start(List.of("no-such-program"), Map.of()).end().status())
                .isEqualTo(new CouldNotStart("program not found: 'no-such-program'"));
        assertThat(shell.start(List.of(""), Map.of()).end().status())
                .isEqualTo(new CouldNotStart("program not found: ''"));
    }

    @Test
    void programThatIsNotExecutableCouldNotStart() throws Exception {
        Files.writeString(directory.resolve("text"), "just text");

        for (String program : List.of("./text", "/")) {
            assertThat(shell.start(List.of(program), Map.of()).end().status())
                    .isEqualTo(new CouldNotStart("program is not an executable file: '" + program + "'"));
        }
    }

    @Test
    void missingWorkingDirectoryCouldNotStartAndIsNotNamed() throws Exception {
        ChildEnvironment environment = ChildEnvironment.of(JobMark.next("w"));
        Run run = shell.start(new Command(List.of("/bin/true"), directory.resolve("gone"), environment));

        assertThat(run.end().status()).isEqualTo(new CouldNotStart("the working directory does not exist"));
        assertThat(run.end().killConfirmed()).isTrue();
        run.process().stop(Duration.ZERO);
    }

    @Test
    void argumentsThatTheSystemRefusesCouldNotStart() throws Exception {
        Run run = shell.start(List.of("echo", "x".repeat(4_000_000)), Map.of());

        assertThat(run.end().status())
                .isInstanceOfSatisfying(
                        CouldNotStart.class,
                        refused -> assertThat(refused.reason())
                                .contains("Argument list too long")
                                .doesNotContain("/"));
    }

    @Test
    void sinkThatThrowsDoesNotStopTheProgram() throws Exception {
        ChildEnvironment environment = ChildEnvironment.of(JobMark.next("w")).with("PATH", "/usr/bin:/bin");
        Command command =
                new Command(List.of("sh", "-c", "yes | head -n 200000; echo end >&2; exit 3"), directory, environment);
        Ended ended = sandbox.start(command, (stream, text) -> {
                    throw new IllegalStateException("sink is full");
                })
                .await(Shell.PATIENCE)
                .orElseThrow();

        assertThat(ended.status()).isEqualTo(new Exited(3));
        assertThat(ended.output().failure()).get().hasToString("java.lang.IllegalStateException: sink is full");
        assertThat(ended.output().stdout()).isEqualTo(new Ended.Count(400_000, 200_000));
        assertThat(ended.output().complete()).isTrue();
    }

    @Test
    void awaitReturnsEmptyWhileTheProgramRuns() throws Exception {
        Run run = shell.start("sleep 60");

        assertThat(run.process().await(Duration.ofMillis(50))).isEmpty();
        assertThat(run.stop(Duration.ofSeconds(10)).status()).isEqualTo(new Signalled(15));
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
