package pond.server.sources.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class BundleWriterPropertyTest {

    record Entry(String kind, String path, String target) {}

    @Provide
    Arbitrary<List<Entry>> entries() {
        var part = Arbitraries.of("a", "b", "c", "..", ".", "", "ä", "x\n");
        var usual = Arbitraries.of("a", "b", "c");
        var path = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(6, usual.list().ofMinSize(1).ofMaxSize(3)),
                net.jqwik.api.Tuple.of(1, part.list().ofMinSize(1).ofMaxSize(4)));
        var target = Arbitraries.of("a", "b", "c", "..", ".", "..")
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
        return Combinators.combine(Arbitraries.of("file", "folder", "link", "link"), path, target)
                .as((kind, at, to) -> new Entry(kind, String.join("/", at), String.join("/", to)))
                .list()
                .ofMaxSize(12);
    }

    /** What is refused is left out and the rest goes on, which is more than any fetch would do. */
    @Property(tries = 200)
    void whateverComesInNothingLeavesTheRootWhenItIsExtractedNaively(@ForAll("entries") List<Entry> entries)
            throws IOException {
        var temp = Files.createTempDirectory("pond-bundle-property");
        try (var scope = Guards.scope();
                var writer = new BundleWriter(temp.resolve("tar"), Guards.settings("", null, 1 << 20), scope)) {
            for (var entry : entries) {
                offer(writer, entry);
            }
            var bundles = new Bundles(temp.resolve("bundles"));
            if (!finishes(writer, bundles)) {
                return;
            }
            var root = Files.createDirectories(temp.resolve("outside/root"));
            try (var files = Files.newDirectoryStream(temp.resolve("bundles"))) {
                NaiveExtractor.extract(Files.newInputStream(files.iterator().next()), root);
            }
            assertNothingOutside(root.toRealPath());
        } finally {
            delete(temp);
        }
    }

    private static void offer(BundleWriter writer, Entry entry) throws IOException {
        try {
            switch (entry.kind) {
                case "file" -> writer.file(entry.path, false, 1, new ByteArrayInputStream(new byte[1]));
                case "folder" -> writer.folder(entry.path);
                default -> writer.link(entry.path, entry.target);
            }
        } catch (SourceException refused) {
            assertThat(refused.code()).isEqualTo(SourceException.Code.SOURCE_INVALID);
        }
    }

    private static boolean finishes(BundleWriter writer, Bundles bundles) throws IOException {
        try {
            writer.finish(bundles);
            return true;
        } catch (SourceException refused) {
            assertThat(refused).hasMessageContaining("leads out");
            return false;
        }
    }

    private static void assertNothingOutside(Path root) throws IOException {
        try (var outside = Files.list(root.resolve(".."))) {
            assertThat(outside).hasSize(1);
        }
        try (Stream<Path> all = Files.walk(root)) {
            for (var path : (Iterable<Path>) all::iterator) {
                if (Files.isSymbolicLink(path) && Files.exists(path)) {
                    assertThat(path.toRealPath()).startsWith(root);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder, new FileVisitOption[0])) {
            for (var path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
