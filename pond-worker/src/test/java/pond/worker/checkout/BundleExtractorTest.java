package pond.worker.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.protocol.Job.BundleRef;

final class BundleExtractorTest {
    @TempDir
    Path temp = Path.of("");

    @Test
    void foldersFilesAndLinksComeOutAsTheyWentIn() throws IOException {
        Path checkout = temp.resolve("checkout");

        new Tars()
                .folder("src/")
                .folder("empty/")
                .file("src/Main.java", "class Main {}")
                .executable("run.sh", "#!/bin/sh\n")
                .file("no/folder/entry.txt", "deep")
                .file("zażółć/gęślą 日本.txt", "jaźń")
                .link("src/up", "../run.sh")
                .link("there", "src/Main.java")
                .link("dangling", "nothing/here")
                .extractTo(checkout);

        assertThat(checkout.resolve("src/Main.java")).hasContent("class Main {}");
        assertThat(checkout.resolve("empty")).isEmptyDirectory();
        assertThat(checkout.resolve("run.sh")).isExecutable();
        assertThat(Files.isExecutable(checkout.resolve("src/Main.java"))).isFalse();
        assertThat(checkout.resolve("no/folder/entry.txt")).hasContent("deep");
        assertThat(checkout.resolve(FileNames.path("zażółć")).resolve(FileNames.path("gęślą 日本.txt")))
                .hasContent("jaźń");
        assertThat(checkout.resolve("src/up")).isSymbolicLink().hasContent("#!/bin/sh\n");
        assertThat(Files.readSymbolicLink(checkout.resolve("there"))).hasToString("src/Main.java");
        assertThat(Files.readSymbolicLink(checkout.resolve("dangling"))).hasToString("nothing/here");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil",
                "a/../../evil",
                "/etc/evil",
                "a//b",
                "./a",
                "a/./b",
                "..",
                ".",
                "a/..",
                "//evil",
                "a/\u0000b"
            })
    void namesThatAreNoPlainPathsAreRefused(String name) {
        assertRefused(new Tars().entry(name, TarConstants.LF_NORMAL, "", new byte[] {1}, 0644));
    }

    @Test
    void namesThatNoFileSystemTakesAreRefused() {
        assertRefused(new Tars().file("x".repeat(256), ""));
        assertRefused(new Tars().file("dir/".repeat(1000) + "x", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "..", "../..", "../outside", "d/../../outside", "./..", "/"})
    void linksThatCouldLeaveAreRefused(String target) {
        assertRefused(new Tars().folder("d/").link("link", target));
    }

    @Test
    void aLinkThroughAnotherLinkCannotClimbOut() {
        // Counted by its parts the second one ends in a/b/c; followed, it ends above the checkout.
        assertRefused(new Tars().folder("a/b/c/").link("a/b/c/top", "../../..").link("evil", "a/b/c/top/.."));
    }

    @Test
    void nothingIsMadeBelowALink() {
        assertRefused(new Tars().folder("d/").link("l", "d").link("l/inner", "x"));
        assertRefused(new Tars().link("l", "d").file("l/inner", "x"));
        assertRefused(new Tars().link("l", "d").folder("l/inner/"));
    }

    @Test
    void linksComeLast() {
        assertRefused(new Tars().link("l", "x").file("x", ""));
    }

    @Test
    void aNameIsTakenOnce() {
        assertRefused(new Tars().file("a", "1").file("a", "2"));
        assertRefused(new Tars().file("a", "1").link("a", "b"));
        assertRefused(new Tars().file("a", "1").file("a/b", "2"));
        assertRefused(new Tars().file("a", "1").folder("a/"));
        assertRefused(new Tars().folder("a/").file("a", "1"));
        assertRefused(new Tars().folder("a/").link("a", "b"));
    }

    @ParameterizedTest
    @ValueSource(bytes = {TarConstants.LF_LINK, TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO, '7'})
    void otherKindsOfEntriesAreRefused(byte type) {
        assertRefused(new Tars().file("a", "").entry("b", type, "a", new byte[0], 0644));
    }

    @Test
    void boundsOnEntriesAndBytesHold() {
        byte[] bundle = new Tars().file("a", "12345").file("b", "12345").toBytes();

        assertThatThrownBy(() -> extract(bundle, Tars.ref(bundle), new BundleExtractor.Limits(1, 1000)))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("1 entries");
        assertThatThrownBy(() -> extract(bundle, Tars.ref(bundle), new BundleExtractor.Limits(9, 9)))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("9 bytes");
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void onlyTheBytesThatTheJobNamesAreTaken() {
        byte[] bundle = new Tars().file("a", "12345").toBytes();
        BundleRef right = Tars.ref(bundle);
        byte[] other = bundle.clone();
        other[other.length - 1] = 1;

        assertThatThrownBy(() -> extract(other, right, Tars.LIMITS)).hasMessageContaining("not those");
        assertThatThrownBy(() -> extract(Arrays.copyOf(bundle, bundle.length - 512), right, Tars.LIMITS))
                .hasMessageContaining("ended after");
        assertThatThrownBy(() -> extract(Arrays.copyOf(bundle, bundle.length + 1), right, Tars.LIMITS))
                .hasMessageContaining("longer than");
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void aFolderThatExistsIsNotTouched() throws IOException {
        Path there = Files.createDirectory(temp.resolve("checkout"));
        Files.writeString(there.resolve("mine"), "mine");

        assertThatThrownBy(() -> new Tars().file("a", "").extractTo(there)).isInstanceOf(IOException.class);
        assertThat(there.resolve("mine")).hasContent("mine");
    }

    @Property(tries = 300)
    void noBundleWritesOutsideItsFolder(@ForAll("entries") List<List<String>> entries) throws IOException {
        Path box = Files.createTempDirectory("pond-extract");
        try {
            Path checkout = Files.createDirectories(box.resolve("a/b")).resolve("checkout");
            Tars tars = new Tars();
            for (List<String> entry : entries) {
                switch (entry.get(0)) {
                    case "file" -> tars.file(entry.get(1), "");
                    case "folder" -> tars.folder(entry.get(1) + "/");
                    default -> tars.link(entry.get(1), entry.get(2));
                }
            }
            boolean extracted = true;
            try {
                tars.extractTo(checkout);
            } catch (BundleException e) {
                extracted = false;
            }

            assertThat(Files.exists(checkout)).isEqualTo(extracted);
            assertThat(pathsOutside(box, checkout))
                    .containsExactlyInAnyOrder(box, box.resolve("a"), box.resolve("a/b"));
            assertThat(linksThatLeave(checkout)).isEmpty();
        } finally {
            Trees.delete(box);
        }
    }

    @Provide
    Arbitrary<List<List<String>>> entries() {
        Arbitrary<String> part = Arbitraries.of("a", "b", "c", "..", ".", "", "ż", "a b", "\\", "..a", "\u0001");
        Arbitrary<String> path = part.list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(parts -> String.join("/", parts))
                .filter(p -> !p.isEmpty());
        Arbitrary<String> kind = Arbitraries.of("file", "folder", "link");
        return Combinators.combine(kind, path, path)
                .as((k, name, target) -> List.of(k, name, target))
                .list()
                .ofMinSize(1)
                .ofMaxSize(6)
                .map(list -> list.stream()
                        .sorted(Comparator.comparing(e -> e.get(0).equals("link")))
                        .toList());
    }

    private static List<Path> pathsOutside(Path box, Path checkout) throws IOException {
        try (Stream<Path> all = Files.walk(box)) {
            return all.filter(path -> !path.startsWith(checkout)).toList();
        }
    }

    private static List<Path> linksThatLeave(Path checkout) throws IOException {
        if (!Files.exists(checkout)) {
            return List.of();
        }
        Path real = checkout.toRealPath();
        try (Stream<Path> all = Files.walk(checkout)) {
            return all.filter(Files::isSymbolicLink)
                    .filter(Files::exists)
                    .filter(link -> {
                        try {
                            return !link.toRealPath().startsWith(real);
                        } catch (IOException e) {
                            return true;
                        }
                    })
                    .toList();
        }
    }

    private void extract(byte[] bundle, BundleRef ref, BundleExtractor.Limits limits) throws IOException {
        BundleExtractor.extract(new ByteArrayInputStream(bundle), ref, temp.resolve("checkout"), limits);
    }

    private void assertRefused(Tars tars) {
        Path box = temp.resolve("box");
        assertThatThrownBy(() -> {
                    Files.createDirectories(box);
                    tars.extractTo(box.resolve("checkout"));
                })
                .isInstanceOf(BundleException.class)
                .hasMessageNotContaining(temp.toString());
        assertThat(box).isEmptyDirectory();
    }
}
