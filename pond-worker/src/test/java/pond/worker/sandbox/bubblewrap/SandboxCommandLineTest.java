package pond.worker.sandbox.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import pond.common.definition.SandboxProfile;
import pond.common.definition.SandboxSpec;
import pond.worker.sandbox.OverlayMount;
import pond.worker.sandbox.bubblewrap.SandboxCommandLine.StartFiles;
import pond.worker.sandbox.bubblewrap.SandboxHost.Programs;
import pond.worker.sandbox.bubblewrap.SandboxHost.RootEntry;
import pond.worker.sandbox.bubblewrap.SandboxPolicy.Enforcement;

/** The lists as they stand; no process. */
class SandboxCommandLineTest {
    private static final HardLimits ANY =
            new HardLimits(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
    private static final StageFolders FOLDERS = new StageFolders(
            new CheckoutFolder.Own(Path.of("/w/j/src"), 0),
            Path.of("/w/j/out"),
            Path.of("/w/j/in"),
            Path.of("/w/j/in-by-stage"),
            Path.of("/w/j/home"),
            Path.of("/w/j/tmp"));
    private static final OverlayMount OVERLAY =
            new OverlayMount(Path.of("/w/t"), Path.of("/w/j/upper"), Path.of("/w/j/work"), Path.of("/w/j/merged"));
    private static final List<String> BEGINNING = words("--unshare-user --unshare-pid --unshare-ipc --unshare-uts"
            + " --unshare-cgroup-try --unshare-net --disable-userns --die-with-parent --new-session --hostname pond"
            + " --cap-drop ALL --seccomp 3 --json-status-fd 5"
            + " --perms 0755 --size 1048576 --tmpfs / --ro-bind /usr /usr --symlink usr/bin /bin --ro-bind /lib /lib"
            + " --ro-bind /w/etc /etc");
    private static final List<String> SYSTEM = words(
            "--ro-bind-try /opt /opt --proc /proc --dev /dev --perms 1777 --size %d --tmpfs /dev/shm --remount-ro /dev");
    private static final List<String> FOLDERS_OF_ROOT = words("--perms 0755 --dir /run --perms 0755 --dir /run/pond"
            + " --perms 0755 --dir /var --symlink /tmp /var/tmp --symlink /run /var/run --perms 0755 --dir /stage");
    private static final List<String> END = words("--bind /w/j/out /stage/out --ro-bind /w/j/in /stage/in"
            + " --ro-bind /w/j/in-by-stage /stage/in-by-stage --remount-ro / --chdir /stage/src");

    @Test
    void untrustedCodeRead() throws Exception {
        List<String> expected = new ArrayList<>(BEGINNING);
        expected.addAll(system(64L << 20));
        expected.addAll(words("--perms 1777 --size 268435456 --tmpfs /tmp --perms 0755 --dir /home"
                + " --perms 0700 --size 268435456 --tmpfs /home/agent"));
        expected.addAll(FOLDERS_OF_ROOT);
        expected.addAll(words("--ro-bind /w/j/src /stage/src"));
        expected.addAll(END);

        assertThat(options(SandboxProfile.UNTRUSTED_CODE_READ, FOLDERS)).isEqualTo(expected);
    }

    @Test
    void untrustedCodeWrite() throws Exception {
        List<String> expected = new ArrayList<>(BEGINNING);
        expected.addAll(system(64L << 20));
        expected.addAll(words("--bind /w/j/tmp /tmp --perms 0755 --dir /home --bind /w/j/home /home/agent"));
        expected.addAll(FOLDERS_OF_ROOT);
        expected.addAll(words("--bind /w/j/src /stage/src"));
        expected.addAll(END.subList(0, 9));
        expected.addAll(words(
                "--ro-bind /s/broker.sock /run/pond/broker.sock" + " --ro-bind /s/egress.sock /run/pond/egress.sock"));
        expected.addAll(END.subList(9, END.size()));

        assertThat(options(
                        SandboxProfile.UNTRUSTED_CODE_WRITE,
                        FOLDERS.withEgress(Path.of("/s/egress.sock")).withBroker(Path.of("/s/broker.sock"))))
                .isEqualTo(expected);
    }

    @Test
    void toolsLieOverTmpAndBehindNoLink() throws Exception {
        List<Path> tools = List.of(Path.of("/tmp/tools"), Path.of("/var/tmp/agents"));

        String options = String.join(
                " ",
                SandboxCommandLine.options(
                        policy(SandboxProfile.UNTRUSTED_CODE_READ), host(false, tools, ANY), FOLDERS, Map.of()));

        assertThat(options)
                .containsSubsequence(
                        "--tmpfs /tmp ",
                        "--symlink /tmp /var/tmp ",
                        "--ro-bind /tmp/tools /tmp/tools ",
                        "--ro-bind /var/tmp/agents /tmp/agents ");
    }

    @Test
    void whatAHomeInMemoryBeginsWithIsShownBesideIt() throws Exception {
        assertThat(String.join(" ", options(SandboxProfile.UNTRUSTED_CODE_READ, FOLDERS.withHomeFilled())))
                .contains("--ro-bind /w/j/home /run/pond/home");
        assertThat(options(SandboxProfile.UNTRUSTED_CODE_WRITE, FOLDERS.withHomeFilled()))
                .isEqualTo(options(SandboxProfile.UNTRUSTED_CODE_WRITE, FOLDERS));
    }

    @Test
    void trustedCodeKeepsTheHostsNetworkAndItsNames() throws Exception {
        List<String> expected = new ArrayList<>(BEGINNING);
        expected.remove("--unshare-net");
        expected.addAll(words("--ro-bind-try /etc/resolv.conf /etc/resolv.conf --ro-bind-try /etc/hosts /etc/hosts"));
        expected.addAll(system(512L << 20));
        expected.addAll(words("--bind /w/j/tmp /tmp --perms 0755 --dir /home --bind /w/j/home /home/agent"));
        expected.addAll(FOLDERS_OF_ROOT);
        expected.addAll(words("--bind /w/j/src /stage/src"));
        expected.addAll(END);

        assertThat(options(SandboxProfile.TRUSTED_CODE, FOLDERS)).isEqualTo(expected);
    }

    @Test
    void variablesAndToolFoldersComeInAsOptions() throws Exception {
        SandboxHost host = host(false, List.of(Path.of("/srv/jdk")), ANY);
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("HOME", "/home/agent");
        variables.put("ODD", "a b\n$c");

        List<String> options =
                SandboxCommandLine.options(policy(SandboxProfile.UNTRUSTED_CODE_READ), host, FOLDERS, variables);

        assertThat(options).containsSequence("--ro-bind", "/srv/jdk", "/srv/jdk", "--perms", "0755", "--dir", "/stage");
        assertThat(options.subList(options.size() - 6, options.size()))
                .containsExactly("--setenv", "HOME", "/home/agent", "--setenv", "ODD", "a b\n$c");
    }

    @Test
    void anOrdinaryWorkerStartsBubblewrapThroughAShellThatOpensItsFiles() throws Exception {
        List<String> argv = launch(host(false, List.of(), ANY), Optional.empty());

        assertThat(argv)
                .containsExactly(
                        "/bin/sh",
                        "-c",
                        "{ echo 500 >/proc/self/oom_score_adj; } 2>/dev/null; "
                                + "exec 3<\"$1\" 4<\"$2\" 5>\"$3\"; shift 3; exec \"$@\"",
                        "sh",
                        "/w/filter",
                        "/w/args",
                        "/w/status",
                        "/usr/bin/bwrap",
                        "--args",
                        "4",
                        "--",
                        "/usr/bin/prlimit",
                        "--nproc=1024",
                        "--core=1:1",
                        "--fsize=8589934592",
                        "--nofile=4096",
                        "--",
                        "make",
                        "-j 2");
    }

    @Test
    void rootDropsToTheStagesUserBeforeBubblewrap() throws Exception {
        List<String> argv = launch(host(true, List.of(), ANY), Optional.empty());

        assertThat(argv)
                .containsSequence(
                        "/w/status",
                        "/usr/bin/setpriv",
                        "--reuid=64100",
                        "--regid=64200",
                        "--clear-groups",
                        "--inh-caps=-all",
                        "--bounding-set=-all",
                        "--no-new-privs",
                        "/usr/bin/bwrap");
    }

    @Test
    void anOverlayIsMountedByTheStagesUserRightBeforeBubblewrap() throws Exception {
        StartFiles files = new StartFiles(Path.of("/w/args"), Path.of("/w/status"), Optional.empty());

        List<String> argv = SandboxCommandLine.launch(
                policy(SandboxProfile.UNTRUSTED_CODE_WRITE),
                host(true, List.of(), ANY),
                files,
                Optional.of(OVERLAY),
                List.of("make", "-j 2"));

        assertThat(argv)
                .containsExactly(
                        "/bin/sh",
                        "-c",
                        "{ echo 500 >/proc/self/oom_score_adj; } 2>/dev/null; "
                                + "exec 3<\"$1\" 4<\"$2\" 5>\"$3\"; shift 3; exec \"$@\"",
                        "sh",
                        "/w/filter",
                        "/w/args",
                        "/w/status",
                        "/usr/bin/setpriv",
                        "--reuid=64100",
                        "--regid=64200",
                        "--clear-groups",
                        "--inh-caps=-all",
                        "--bounding-set=-all",
                        "--no-new-privs",
                        "/usr/bin/unshare",
                        "--user",
                        "--map-root-user",
                        "--mount",
                        "--",
                        "/bin/sh",
                        "-c",
                        "/bin/mount -t overlay -o \"$1\" overlay \"$2\" || exit 125; shift 2; exec \"$@\"",
                        "sh",
                        "lowerdir=/w/t,upperdir=/w/j/upper,workdir=/w/j/work,userxattr,volatile",
                        "/w/j/merged",
                        "/usr/bin/bwrap",
                        "--args",
                        "4",
                        "--",
                        "/usr/bin/prlimit",
                        "--nproc=1024",
                        "--core=1:1",
                        "--fsize=8589934592",
                        "--nofile=4096",
                        "--",
                        "make",
                        "-j 2");
    }

    @Test
    void anOverlayIsShownWritableToItsUserUnderTheirOwnNumbers() throws Exception {
        List<String> options =
                options(SandboxProfile.UNTRUSTED_CODE_WRITE, folders(new CheckoutFolder.Overlaid(OVERLAY)));

        List<String> expected = new ArrayList<>(options(SandboxProfile.UNTRUSTED_CODE_WRITE, FOLDERS));
        expected.addAll(expected.indexOf("--unshare-net"), words("--uid 64100 --gid 64200"));
        expected.set(expected.indexOf("/w/j/src"), "/w/j/merged");
        assertThat(options).isEqualTo(expected);
    }

    @Test
    void aSharedTreeIsReadOnlyInEveryProfile() throws Exception {
        StageFolders folders = folders(new CheckoutFolder.Shared(Path.of("/w/t")));

        for (SandboxProfile profile : List.of(
                SandboxProfile.TRUSTED_CODE, SandboxProfile.UNTRUSTED_CODE_READ, SandboxProfile.UNTRUSTED_CODE_WRITE)) {
            assertThat(options(profile, folders))
                    .containsSequence("--ro-bind", "/w/t", "/stage/src")
                    .doesNotContain("--uid");
        }
    }

    @Test
    void aGroupIsJoinedBeforeAnythingElseOrNothingRuns() throws Exception {
        List<String> argv = launch(host(false, List.of(), ANY), Optional.of(Path.of("/cg/s/cgroup.procs")));

        assertThat(argv.get(2)).contains("echo 0 >\"$4\" || exit 125; exec 3<").contains("shift 4;");
        assertThat(argv).containsSequence("/w/status", "/cg/s/cgroup.procs", "/usr/bin/bwrap");
    }

    @Test
    void noLimitIsSetAboveTheWorkersOwn() throws Exception {
        List<String> argv = launch(host(false, List.of(), new HardLimits(100, 1 << 20, 256, 0)), Optional.empty());

        assertThat(argv).contains("--nproc=100", "--core=0:0", "--fsize=1048576", "--nofile=256");
    }

    @Test
    void whatTheLoaderReadsComesInUnderAnotherName() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("LD_PRELOAD", "/stage/src/evil.so");
        all.put("PATH", "/usr/bin");
        all.put("GLIBC_TUNABLES", "x=y");
        all.put("LD_not-a-name", "1");

        LateVariables late = LateVariables.of(all, List.of("make"));

        assertThat(late.variables())
                .containsOnly(
                        Map.entry("POND_LATE_0", "/stage/src/evil.so"),
                        Map.entry("PATH", "/usr/bin"),
                        Map.entry("POND_LATE_1", "x=y"),
                        Map.entry("LD_not-a-name", "1"));
        assertThat(late.command())
                .containsExactly(
                        "/bin/sh",
                        "-c",
                        "export LD_PRELOAD=\"$POND_LATE_0\"; unset POND_LATE_0; "
                                + "export GLIBC_TUNABLES=\"$POND_LATE_1\"; unset POND_LATE_1; exec \"$@\"",
                        "sh",
                        "make");
        assertThat(LateVariables.of(Map.of("A", "b"), List.of("make")).command())
                .containsExactly("make");
    }

    private static StageFolders folders(CheckoutFolder checkout) {
        return new StageFolders(
                checkout, FOLDERS.output(), FOLDERS.inputs(), FOLDERS.inputsByStage(), FOLDERS.home(), FOLDERS.temp());
    }

    private static List<String> options(SandboxProfile profile, StageFolders folders) throws SandboxRefusedException {
        return SandboxCommandLine.options(policy(profile), host(false, List.of(), ANY), folders, Map.of());
    }

    private static List<String> launch(SandboxHost host, Optional<Path> group) throws SandboxRefusedException {
        StartFiles files = new StartFiles(Path.of("/w/args"), Path.of("/w/status"), group);
        return SandboxCommandLine.launch(
                policy(SandboxProfile.UNTRUSTED_CODE_READ), host, files, Optional.empty(), List.of("make", "-j 2"));
    }

    private static SandboxPolicy policy(SandboxProfile profile) throws SandboxRefusedException {
        return SandboxPolicy.of(new SandboxSpec(profile, null, null, List.of(), null), new Enforcement(false, false));
    }

    private static SandboxHost host(boolean root, List<Path> tools, HardLimits hard) {
        Path bin = Path.of("/usr/bin");
        return new SandboxHost(
                new Programs(bin.resolve("bwrap"), bin.resolve("setpriv"), bin.resolve("prlimit")),
                List.of(new RootEntry.Link("/bin", "usr/bin"), new RootEntry.Folder("/lib")),
                Path.of("/w/etc"),
                tools,
                Path.of("/w/filter"),
                new SandboxUser(64_100, 64_200, root),
                hard);
    }

    private static List<String> system(long shared) {
        return SYSTEM.stream()
                .map(word -> word.equals("%d") ? Long.toString(shared) : word)
                .toList();
    }

    private static List<String> words(String text) {
        return List.of(text.split(" "));
    }
}
