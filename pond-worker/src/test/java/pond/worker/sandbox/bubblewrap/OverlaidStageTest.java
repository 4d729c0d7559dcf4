package pond.worker.sandbox.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import pond.common.definition.SandboxProfile;
import pond.worker.sandbox.ChildEnvironment;
import pond.worker.sandbox.Command;
import pond.worker.sandbox.Ended;
import pond.worker.sandbox.ExitStatus;
import pond.worker.sandbox.bubblewrap.SandboxPolicy.Enforcement;
import pond.worker.sandbox.bubblewrap.TestStage.Setup;
import pond.worker.sandbox.bubblewrap.Workers.Answer;
import pond.worker.sandbox.bubblewrap.Workers.Order;

/** Stages whose checkout is an overlay over a tree of others, with the test's own rights and as an ordinary user. */
@Timeout(300)
class OverlaidStageTest {
    private static final Setup WRITE = Setup.of(SandboxProfile.UNTRUSTED_CODE_WRITE);
    private static final Enforcement ENFORCEMENT = new Enforcement(false, true);
    private static final String CHANGES = """
            set -e
            echo changed >>file && mv folder/inner moved && rm -r folder && echo new >new
            ls | tr '\n' ' '; cat file
            stat -c %u:%g . file moved | sort -u | grep -qx "$(id -u):$(id -g)" && echo mine
            [ "$(id -u)" != 0 ] && echo nobody special
            mount | grep -c ' /stage/src '
            umount /stage/src 2>/dev/null || echo no unmount
            grep -c '^CapEff:.0000000000000000$' /proc/self/status
            grep '^Seccomp:' /proc/self/status
            """;
    private static final List<String> SEEN = List.of(
            "file moved new as fetched", "changed", "mine", "nobody special", "1", "no unmount", "1", "Seccomp:\t2");

    private TestMachine machine;
    private Path lower;

    @BeforeEach
    void open() throws Exception {
        machine = TestMachine.open();
        lower = tree(machine.state, machine.bubblewrap.uid().orElse(-1));
    }

    @AfterEach
    void close() throws IOException {
        machine.close();
    }

    private static Path tree(Path state, int uid) throws IOException {
        Path lower = Files.createDirectory(state.resolve("lower"));
        Path folder = Files.createDirectory(lower.resolve("folder"));
        List<Path> all = List.of(
                lower,
                folder,
                Files.writeString(folder.resolve("inner"), "inner\n"),
                Files.writeString(lower.resolve("file"), "as fetched\n"));
        for (Path path : uid < 0 ? List.<Path>of() : all) {
            Files.setAttribute(path, "unix:gid", uid);
            Files.setAttribute(path, "unix:uid", uid);
        }
        return lower;
    }

    private void assertPristine(Path tree) {
        assertThat(tree.resolve("file")).hasContent("as fetched\n");
        assertThat(tree.resolve("folder/inner")).hasContent("inner\n");
        assertThat(tree.resolve("new")).doesNotExist();
    }

    @Test
    void aStageChangesItsViewAndNotTheTree() throws Exception {
        TestStage stage = TestStage.overlaid(machine.bubblewrap, lower, WRITE, List.of("sh", "-c", CHANGES));

        assertThat(stage.end().status()).isEqualTo(new ExitStatus.Exited(0));
        assertThat(stage.stderr()).isEmpty();
        assertThat(stage.stdout()).containsExactlyElementsOf(SEEN);
        assertPristine(lower);
        assertNoMount(machine.state);
    }

    @Test
    void anOrdinaryUsersStageDoesToo() throws Exception {
        Workers.Child other = Workers.start();
        try {
            Path tree = tree(other.state, machine.bubblewrap.uid().isPresent() ? Workers.UID : -1);

            Answer answer = other.run(
                    new Order(WRITE.profile().toString(), null, List.of("sh", "-c", CHANGES), Map.of(), "lower"));

            assertThat(answer.stderr()).isEmpty();
            assertThat(answer.stdout()).containsExactlyElementsOf(SEEN);
            assertPristine(tree);
        } finally {
            other.close();
        }
    }

    @Test
    void twoAtOnceSeeNothingOfEachOther() throws Exception {
        String script =
                "echo of $1 >>file; echo $1 >$1; touch /tmp/ready; read line <file; ls | tr '\n' ' '; sleep 1000";
        TestStage first = TestStage.overlaid(machine.bubblewrap, lower, WRITE, List.of("sh", "-c", script, "sh", "a"));
        TestStage second = TestStage.overlaid(machine.bubblewrap, lower, WRITE, List.of("sh", "-c", script, "sh", "b"));
        for (TestStage stage : List.of(first, second)) {
            Path ready = stage.folders.temp().resolve("ready");
            await().atMost(60, TimeUnit.SECONDS).until(() -> Files.exists(ready));
            stage.process().stop(Duration.ZERO);
        }
        for (TestStage stage : List.of(first, second)) {
            assertThat(stage.end().killConfirmed()).isTrue();
        }

        assertThat(first.stdout()).containsExactly("a file folder ");
        assertThat(second.stdout()).containsExactly("b file folder ");
        assertPristine(lower);
        assertThat(Marked.alive(first.mark.toString())).isEmpty();
        assertNoMount(machine.state);
    }

    @Test
    void aKilledWorkerLeavesNoProcessAndNoMount() throws Exception {
        Workers.Child worker = Workers.start();
        try {
            tree(worker.state, machine.bubblewrap.uid().isPresent() ? Workers.UID : -1);
            String proof = "proof-" + UUID.randomUUID();
            worker.send(new Order(
                    WRITE.profile().toString(),
                    null,
                    List.of("sh", "-c", "setsid sleep 1000 & sleep 1000; :"),
                    Map.of("PROOF", proof),
                    "lower"));
            await().atMost(60, TimeUnit.SECONDS).until(() -> Marked.alive(proof).size() >= 3);
            assertNoMount(worker.state);

            worker.process.destroyForcibly().waitFor();

            await().atMost(30, TimeUnit.SECONDS).until(() -> Marked.alive(proof).isEmpty());
            assertNoMount(worker.state);
        } finally {
            worker.close();
        }
    }

    @Test
    void aKillRightAfterTheStartLeavesNothing() throws Exception {
        for (int i = 0; i < 20; i++) {
            TestStage stage = TestStage.overlaid(machine.bubblewrap, lower, WRITE, List.of("sleep", "1000"));
            stage.process().stop(Duration.ZERO);
            assertThat(stage.end().killConfirmed()).isTrue();
        }

        assertThat(Marked.alive(TestStage.WORKER + ".")).isEmpty();
        assertNoMount(machine.state);
    }

    @Test
    void anOverlayThatCannotBeMountedIsASetupFailureWithARemedy() throws Exception {
        TestStage before = TestStage.overlaid(machine.bubblewrap, lower, WRITE, List.of("true"));
        before.end();
        List<String> lines = new CopyOnWriteArrayList<>();

        // The kernel takes the folders of such an overlay once only.
        ConfinedProcess process = machine.bubblewrap
                .sandbox(SandboxPolicy.trusted(ENFORCEMENT), before.folders)
                .start(
                        new Command(List.of("true"), Path.of("/"), ChildEnvironment.of(before.mark)),
                        (stream, line) -> lines.add(line));
        Ended ended = process.await(Duration.ofMinutes(1)).orElseThrow();

        assertThat(ended.status()).isInstanceOf(ExitStatus.CouldNotStart.class);
        assertThat(process.setupFailure()).hasValueSatisfying(failure -> {
            assertThat(failure.code()).isEqualTo("sandbox_no_overlay");
            assertThat(failure.remedy()).contains("restart the worker");
        });
        assertThat(lines).isEmpty();
    }

    @Test
    void whatAStageAddsToItsCheckoutIsBounded() throws Exception {
        TestStage stage = TestStage.overlaid(
                machine.bubblewrap,
                lower,
                bounded(1 << 20),
                List.of("sh", "-c", "head -c 2000000 /dev/zero >fill; sleep 1000"));

        assertThat(stage.end().status()).isEqualTo(new ExitStatus.Signalled(9));
        assertThat(stage.process().overLimit()).contains("it wrote more than 1m into its checkout");
    }

    private static SandboxPolicy bounded(long written) throws SandboxRefusedException {
        SandboxPolicy usual = SandboxPolicy.trusted(ENFORCEMENT);
        Limits limits = usual.limits();
        Limits small = new Limits(
                limits.memory(),
                limits.cpus(),
                limits.pids(),
                limits.temporary(),
                written,
                limits.shared(),
                limits.fileSize(),
                limits.openFiles());
        return new SandboxPolicy(usual.profile(), usual.network(), usual.checkout(), usual.onDisk(), small);
    }

    private static void assertNoMount(Path state) throws IOException {
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(state.toString());
    }

    @Test
    void aTreeOfAnotherUserIsRefused() throws Exception {
        assumeThat(machine.bubblewrap.uid()).as("a worker that drops").isPresent();
        Files.setAttribute(lower, "unix:uid", 0);

        assertThatThrownBy(() -> TestStage.overlaid(machine.bubblewrap, lower, WRITE, List.of("true")))
                .isInstanceOf(SandboxRefusedException.class)
                .hasMessageContaining("do not belong");
    }
}
