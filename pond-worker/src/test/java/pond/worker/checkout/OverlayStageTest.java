package pond.worker.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pond.worker.checkout.Overlaid.Worker;

/** What a stage can do in an overlay, and what of it stays where. */
final class OverlayStageTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path temp = Path.of("");

    private Path lower = Path.of("");

    @BeforeEach
    void makeTree() throws IOException {
        lower = temp.resolve("lower");
        new Tars()
                .folder("empty")
                .file("readme", "as fetched")
                .file("src/main", "main")
                .file("src/deep/er", "deeper")
                .executable("run", "#!/bin/sh\necho ran")
                .link("link", "src/main")
                .extractTo(lower);
    }

    @AfterEach
    void removeTree() throws IOException {
        Trees.delete(temp.resolve("overlay"));
    }

    @ParameterizedTest
    @EnumSource
    void everythingCanBeChangedAndTheTreeBelowStaysAsItWas(Worker worker) throws Exception {
        Overlaid overlaid = new Overlaid(temp, worker);
        Map<String, String> before = Overlaid.snapshot(lower);

        String output = overlaid.run("""
                set -e
                ./run
                echo more >> readme
                chmod 700 run
                mv src/main src/renamed
                rm -r src/deep empty
                mkdir src/deep && echo new > src/deep/new
                rm link && ln -s readme link && cat link
                mv src moved
                touch -d 2001-01-01 run
                ls
                """);

        assertThat(output.lines()).containsExactly("ran", "as fetchedmore", "link", "moved", "readme", "run");
        assertThat(Overlaid.snapshot(lower)).isEqualTo(before);
        assertThat(overlaid.mount.upper().resolve("readme")).hasContent("as fetchedmore\n");
        assertThat(overlaid.mount.upper().resolve("moved/renamed")).hasContent("main");
        assertThat(overlaid.mount.merged()).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource
    void filesBelongToTheStageAndGitIsContent(Worker worker) throws Exception {
        Overlaid overlaid = new Overlaid(temp, worker);

        String output = overlaid.run("""
                set -e
                stat -c %u:%g . readme src src/main link | sort -u
                git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -q -m all
                git status --short
                git ls-files | wc -l
                """);

        assertThat(output.lines()).containsExactly("64000:64000", "5");
    }

    @ParameterizedTest
    @EnumSource
    void noRightOfTheMountIsLeftInside(Worker worker) throws Exception {
        Overlaid overlaid = new Overlaid(temp, worker);

        String output = overlaid.run("""
                grep -h -E '^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs)' /proc/self/status | sed 's/.*\t//' | sort -u
                unshare -U true 2>/dev/null || echo no namespace
                mount -t tmpfs none /tmp 2>/dev/null || echo no mount
                umount /stage/src 2>/dev/null || echo no unmount
                mknod whiteout c 0 0 2>/dev/null || echo no whiteout
                python3 -c "import os; os.setxattr('src', 'user.overlay.opaque', b'y')" 2>/dev/null; ls src
                """);

        assertThat(output.lines())
                .containsExactly(
                        "0000000000000000",
                        "1",
                        "no namespace",
                        "no mount",
                        "no unmount",
                        "no whiteout",
                        "deep",
                        "main");
    }

    @ParameterizedTest
    @EnumSource
    void theStartedProcessBecomesTheSandboxAndDiesWithItsParent(Worker worker) throws Exception {
        Overlaid overlaid = new Overlaid(temp, worker);
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", "\"$@\" & echo $!; wait", "sh"));
        argv.addAll(overlaid.argv("echo inside; exec sleep 3600"));
        Process parent = Overlaid.start(argv);
        try (BufferedReader lines = parent.inputReader(StandardCharsets.UTF_8)) {
            long pid = Long.parseLong(lines.readLine());
            assertThat(lines.readLine()).isEqualTo("inside");
            ProcessHandle sandbox = ProcessHandle.of(pid).orElseThrow();
            List<ProcessHandle> inside = sandbox.descendants().toList();

            assertThat(Path.of("/proc/" + pid + "/comm")).hasContent("bwrap");
            assertThat(inside).isNotEmpty();
            assertThat(Files.readString(Path.of("/proc/self/mounts")))
                    .doesNotContain(overlaid.mount.merged().toString());

            parent.destroyForcibly();
            await().atMost(PATIENCE).until(() -> !sandbox.isAlive());
            await().atMost(PATIENCE).until(() -> inside.stream().noneMatch(ProcessHandle::isAlive));
        } finally {
            parent.destroyForcibly();
        }
    }
}
