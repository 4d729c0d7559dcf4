package pond.worker.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.worker.sandbox.BareSandbox;
import pond.worker.sandbox.Command;
import pond.worker.sandbox.HostCommand;
import pond.worker.sandbox.OutputSink;
import pond.worker.sandbox.Sandbox;
import pond.worker.sandbox.SandboxedProcess;

final class CopiesTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    Path temp = Path.of("");

    private final List<String> started = new ArrayList<>();

    @Test
    void theBestMeansOfThisMachineIsFoundOnce() throws Exception {
        assumeThat(Path.of("/usr/bin/bwrap")).as("bubblewrap").exists();
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
        Copies copies = copies(List.of(), Overlaid.owner());
        Path tree = tree(Overlaid.owner());

        Throwaway first = copies.make(tree, temp.resolve("first"), LONG, () -> false);
        Throwaway second = copies.make(tree, temp.resolve("second"), LONG, () -> false);

        assertThat(copies.method()).isEqualTo(CopyMethod.OVERLAY);
        assertThat(first).isInstanceOf(Throwaway.Overlay.class);
        assertThat(first.written()).isEmptyDirectory().isNotEqualTo(second.written());
        assertThat(started).hasSize(1);
        assertThat(temp.resolve("probe")).doesNotExist();
    }

    @Test
    void withoutNamespacesOrBubblewrapItIsACopy() throws Exception {
        for (String missing : List.of("/usr/bin/unshare", "setpriv")) {
            Optional<Owner> owner = missing.equals("setpriv") ? Optional.of(Overlaid.OWNER) : Optional.empty();
            assumeThat(owner.isEmpty() || Overlaid.isRoot()).isTrue();
            Path tree = tree(owner);

            Throwaway copy = copies(List.of(missing), owner).make(tree, temp.resolve("copy"), LONG, () -> false);

            assertThat(copy.method()).isIn(CopyMethod.HARD, CopyMethod.REFLINK);
            assertThat(withoutTimes(Overlaid.snapshot(copy.written())))
                    .isEqualTo(withoutTimes(Overlaid.snapshot(tree)));
            Files.writeString(copy.written().resolve("src/file"), "changed");
            assertThat(tree.resolve("src/file")).hasContent("content");
            Trees.delete(copy.written());
            Trees.delete(tree);
        }
    }

    @Test
    void whatIsNotUsedHasAReason() throws Exception {
        CopyProbe.Found found =
                CopyProbe.probe(host(List.of("/usr/bin/unshare", "cp")), temp.resolve("probe"), Optional.empty());

        assertThat(found.method()).isEqualTo(CopyMethod.HARD);
        assertThat(found.reasons())
                .satisfiesExactly(
                        overlay -> assertThat(overlay).startsWith("overlay: ").contains("not found"),
                        reflink -> assertThat(reflink).startsWith("reflink: ").contains("not found"));
    }

    @Test
    void aFolderThatNoMountCanNameIsNoPlaceForAnOverlay() throws Exception {
        Path folder = Files.createDirectory(temp.resolve("a,b")).resolve("probe");

        CopyProbe.Found found = CopyProbe.probe(host(List.of()), folder, Optional.empty());

        assertThat(found.method()).isNotEqualTo(CopyMethod.OVERLAY);
        assertThat(found.reasons().get(0)).contains("that a mount takes");
        assertThat(folder).doesNotExist();
    }

    @Test
    void aCopyThatNobodyWantsOrThatTakesTooLongFails() throws Exception {
        Copies copies = copies(List.of("/usr/bin/unshare"), Optional.empty());
        Path tree = tree(Optional.empty());
        copies.method();

        assertThatThrownBy(() -> copies.make(tree, temp.resolve("late"), Duration.ZERO, () -> false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("killed before its end");
        assertThatThrownBy(() -> copies.make(tree, temp.resolve("unwanted"), LONG, () -> true))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> copies.make(temp.resolve("none"), temp.resolve("copy"), LONG, () -> false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No such file");
    }

    private Path tree(Optional<Owner> owner) throws IOException {
        byte[] bundle = new Tars()
                .folder("empty")
                .file("src/file", "content")
                .executable("run", "x")
                .link("link", "src/file")
                .toBytes();
        Path tree = temp.resolve("tree");
        BundleExtractor.extract(new ByteArrayInputStream(bundle), Tars.ref(bundle), tree, Tars.LIMITS, owner);
        return tree;
    }

    /** As text without the time of change, which no copy keeps. */
    private static List<String> withoutTimes(Map<String, String> snapshot) {
        return snapshot.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue().replaceAll("ctime=[^,}]*", ""))
                .map(text -> text.replaceAll("[{}, ]+", " "))
                .sorted()
                .toList();
    }

    private Copies copies(List<String> missing, Optional<Owner> owner) {
        return new Copies(host(missing), temp.resolve("probe"), owner);
    }

    /** This machine, as it were without some programs. */
    private HostCommand host(List<String> missing) {
        BareSandbox bare = new BareSandbox();
        return new HostCommand(
                new Sandbox() {
                    @Override
                    public SandboxedProcess start(Command command, OutputSink sink) {
                        started.add(command.argv().get(0));
                        List<String> argv = command.argv().stream()
                                .map(word -> missing.contains(word) ? "/missing" + word : word)
                                .toList();
                        return bare.start(new Command(argv, command.directory(), command.environment()), sink);
                    }

                    @Override
                    public int sweep(String workerMark) {
                        return bare.sweep(workerMark);
                    }
                },
                "copies-test");
    }
}
