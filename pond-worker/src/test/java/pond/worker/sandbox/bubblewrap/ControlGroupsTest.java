package pond.worker.sandbox.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pond.worker.sandbox.JobMark;

/** On a folder that looks like a cgroup: what is written where. Whether a kernel keeps it is not seen here. */
class ControlGroupsTest {
    private static final long PID = 4711;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void aDelegatedGroupIsTakenOverAndTheWorkerMovesIntoOneOfItsOwn() throws IOException {
        group("cpuset cpu io memory pids", "4711\n");
        Files.createDirectory(folder.resolve("pond-stage-left"));

        Optional<ControlGroups> groups = ControlGroups.take(folder, PID);

        assertThat(groups).isPresent();
        assertThat(folder.resolve("pond-worker/cgroup.procs")).hasContent("4711");
        assertThat(folder.resolve("cgroup.subtree_control")).hasContent("+cpu +memory +pids");
        assertThat(folder.resolve("pond-stage-left")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"hugetlb,4711", "cpu memory,4711", "cpu memory pids,4711 12", "cpu memory pids,12"})
    void aGroupThatIsNotOursAloneOrLacksAControllerIsLeftAlone(String controllers, String pids) throws IOException {
        group(controllers, pids.replace(' ', '\n') + "\n");

        assertThat(ControlGroups.take(folder, PID)).isEmpty();
        assertThat(folder.resolve("pond-worker")).doesNotExist();
    }

    @Test
    void aStagesGroupHasItsBounds() throws IOException {
        group("cpu memory pids", "4711\n");
        Limits limits = new Limits(OptionalLong.of(64L << 20), Optional.of(new BigDecimal("0.5")), 50, 1, 1, 1, 1, 1);

        ControlGroup group = ControlGroups.take(folder, PID).orElseThrow().make(new JobMark("w", "one"), limits);

        Path made = folder.resolve("pond-stage-one");
        assertThat(group.processes()).isEqualTo(made.resolve("cgroup.procs"));
        assertThat(made.resolve("pids.max")).hasContent("50");
        assertThat(made.resolve("memory.max")).hasContent("67108864");
        assertThat(made.resolve("cpu.max")).hasContent("50000 100000");
    }

    @Test
    void theGroupIsFoundBelowItsMount() {
        assertThat(ControlGroups.own(
                        List.of("4:memory:/other", "0::/system.slice/pond.service"),
                        List.of(
                                "30 23 0:26 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw",
                                "31 23 0:27 / /proc rw - proc proc rw")))
                .contains(Path.of("/sys/fs/cgroup/system.slice/pond.service"));
        assertThat(ControlGroups.own(List.of("4:memory:/other"), List.of())).isEmpty();
    }

    private void group(String controllers, String pids) throws IOException {
        Files.writeString(folder.resolve("cgroup.controllers"), controllers + "\n");
        Files.writeString(folder.resolve("cgroup.procs"), pids);
    }
}
