package pond.worker.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.definition.Glob;
import pond.worker.checkout.Overlaid.Worker;

/** What is read of an overlay afterwards, against what the kernel shows while it is there. */
final class OverlayViewTest {
    private static final Outputs.Limits LIMITS = new Outputs.Limits(1000, 1_000_000);
    private static final String LIST = "for f in $(find . -type f -printf '%P '); do echo $f $(cat $f); done";

    @TempDir
    Path temp = Path.of("");

    @AfterEach
    void removeTree() throws IOException {
        Trees.delete(temp.resolve("overlay"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void whateverWasDoneTheFilesAreThoseOfTheMergedTree(int seed) throws Exception {
        Random random = new Random(seed);
        makeLower(random);
        Overlaid overlaid = new Overlaid(temp, seed % 2 == 0 ? Worker.ROOT : Worker.USER);

        String shown = overlaid.run(changes(random) + LIST);

        assertThat(seen(overlaid)).isEqualTo(shown.lines().collect(Collectors.toCollection(TreeSet::new)));
        assertThat(shown.lines()).hasSizeGreaterThan(5).anyMatch(line -> line.contains("new"));
    }

    @Test
    void eachMarkOfTheKernelIsRead() throws Exception {
        Path lower = temp.resolve("lower");
        new Tars()
                .file("deleted", "old\n")
                .file("gone/file", "old\n")
                .file("again/old", "old\n")
                .file("again/deep/old", "old\n")
                .file("tofile/old", "old\n")
                .file("tofolder", "old\n")
                .file("tolink/old", "old\n")
                .file("kept/one", "kept\n")
                .file("kept/two", "old\n")
                .extractTo(lower);
        Overlaid overlaid = new Overlaid(temp, Worker.USER);

        overlaid.run("""
                rm deleted; rm -r gone
                rm -r again; mkdir -p again/deep; echo new > again/deep/new
                rm -r tofile; echo new > tofile
                rm tofolder; mkdir tofolder; echo new > tofolder/new
                rm -r tolink; ln -s kept tolink
                echo new > kept/two
                python3 -c 'import os; os.setxattr("kept", "user.overlay.opaque", b"y")' 2>/dev/null || true
                mknod kept/one c 0 0 2>/dev/null || true
                """);

        assertThat(seen(overlaid))
                .containsExactly(
                        "again/deep/new new",
                        "kept/one kept",
                        "kept/two new",
                        "tofile new",
                        "tofolder/new new",
                        "tolink is a symbolic link");
    }

    @Test
    void artifactsComeFromBothHalves() throws Exception {
        new Tars()
                .file("a/unchanged.txt", "as it was")
                .file("a/changed.txt", "before")
                .file("a/deleted.txt", "before")
                .file("a/other", "x")
                .extractTo(temp.resolve("lower"));
        Overlaid overlaid = new Overlaid(temp, Worker.USER);
        overlaid.run("printf after > a/changed.txt; rm a/deleted.txt; printf made > new.txt; ln -s /etc/passwd l.txt");
        Path output = Files.createDirectory(temp.resolve("output"));
        SharedCheckout checkout =
                new SharedCheckout(overlaid.mount.lower(), () -> new Throwaway.Overlay(overlaid.mount));
        checkout.throwaway();

        Outputs.Collected collected = Outputs.collect(output, checkout, List.of(Glob.of("**/*.txt")), LIMITS);

        List<String> files = new ArrayList<>();
        for (OutputFile file : collected.files()) {
            try (InputStream in = file.open()) {
                files.add(file.name().value() + " " + new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        assertThat(files).containsExactly("a/changed.txt after", "a/unchanged.txt as it was", "new.txt made");
        assertThat(collected.notes()).containsExactly("'l.txt' is a symbolic link and is not kept");
    }

    private static Set<String> seen(Overlaid overlaid) throws IOException {
        TreeMap<String, String> seen = new TreeMap<>();
        OverlayView.walk(overlaid.mount.lower(), overlaid.mount.upper(), new FolderWalk.Visitor() {
            @Override
            public void file(FolderWalk.Found file) throws IOException {
                try (InputStream in = file.open()) {
                    String content = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    assertThat(seen.put(file.path(), content.strip().replace('\n', ' ')))
                            .isNull();
                }
            }

            @Override
            public void skipped(String path, FolderWalk.Reason reason) {
                assertThat(seen.put(path, reason.toString())).isNull();
            }
        });
        return seen.entrySet().stream()
                .map(file -> file.getKey() + " " + file.getValue())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void makeLower(Random random) throws IOException {
        Tars tars = new Tars();
        for (String path : Stream.generate(() -> path(random))
                .limit(60)
                .map(path -> path + "/f")
                .collect(Collectors.toCollection(TreeSet::new))) {
            tars.file(path, "old\n");
        }
        tars.extractTo(temp.resolve("lower"));
    }

    /** A path of a few names out of few, so that changes often meet. */
    private static String path(Random random) {
        return Stream.generate(() -> "d" + random.nextInt(4))
                .limit(1 + random.nextInt(3))
                .collect(Collectors.joining("/"));
    }

    private static String changes(Random random) {
        StringBuilder script = new StringBuilder("exec 2>/dev/null\n");
        for (int i = 0; i < 60; i++) {
            String path = path(random);
            String other = path(random);
            script.append(
                    switch (random.nextInt(7)) {
                        case 0 -> "rm -rf " + path;
                        case 1 -> "rm -rf %1$s; mkdir -p %1$s; echo new > %1$s/f".formatted(path);
                        case 2 -> "mkdir -p %1$s; echo new%2$d > %1$s/g".formatted(path, i);
                        case 3 -> "mv %s %s".formatted(path, other);
                        case 4 -> "chmod 700 %1$s; echo new >> %1$s/f".formatted(path);
                        case 5 -> "rm -rf %1$s; echo new > %1$s".formatted(path);
                        default -> "mv %1$s/f %2$s/h; rm -f %2$s/g".formatted(path, other);
                    });
            script.append('\n');
        }
        return script.append("echo new > last\n").toString();
    }
}
