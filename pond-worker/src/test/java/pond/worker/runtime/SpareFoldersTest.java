package pond.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class SpareFoldersTest {
    private static final Set<String> PARTS = Set.of("out", "home");

    @TempDir
    Path folder;

    private SpareFolders spares;
    private Path set;
    private SpareFolders.Stamps stamps;

    @BeforeEach
    void makeASet() throws IOException {
        spares = new SpareFolders(Files.createDirectory(folder.resolve("spare")), PARTS);
        set = folder.resolve("first");
        stamps = spares.make(set);
    }

    @Test
    void whatWasLeftAsItWasServesTheNext() throws IOException {
        Object inode = inode(set.resolve("out"));

        assertThat(spares.keep(set, stamps)).isTrue();
        assertThat(set).doesNotExist();
        SpareFolders.Stamps again = spares.make(folder.resolve("second"));

        assertThat(inode(folder.resolve("second/out"))).isEqualTo(inode);
        assertThat(folder.resolve("second/home")).isEmptyDirectory();
        assertThat(folder.resolve("spare")).isEmptyDirectory();
        assertThat(spares.keep(folder.resolve("second"), again))
                .as("a third time")
                .isTrue();
    }

    @Test
    void eachSetIsGivenToOneAtATime() throws IOException {
        assertThat(spares.keep(set, stamps)).isTrue();
        spares.make(folder.resolve("second"));
        spares.make(folder.resolve("third"));

        assertThat(inode(folder.resolve("second/out"))).isNotEqualTo(inode(folder.resolve("third/out")));
    }

    private interface Touch {
        void on(Path set) throws IOException;
    }

    private record Case(String name, Touch touch) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Case> touches() {
        return Stream.of(
                new Case("a file is left", set -> Files.writeString(set.resolve("out/file"), "")),
                new Case("a hidden folder is left", set -> Files.createDirectory(set.resolve("home/.cache"))),
                new Case("a file is left beside them", set -> Files.writeString(set.resolve("log"), "")),
                new Case("one is removed", set -> Files.delete(set.resolve("out"))),
                new Case("one is made anew", set -> {
                    Files.delete(set.resolve("out"));
                    Files.createDirectory(set.resolve("other"));
                    Files.createDirectory(
                            set.resolve("out"),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                    Files.delete(set.resolve("other"));
                }),
                new Case("one is a link", set -> {
                    Files.delete(set.resolve("out"));
                    Files.createSymbolicLink(set.resolve("out"), set.resolve("home"));
                }),
                new Case("two have changed places", set -> {
                    Files.move(set.resolve("out"), set.resolve("x"));
                    Files.move(set.resolve("home"), set.resolve("out"));
                    Files.move(set.resolve("x"), set.resolve("home"));
                }),
                new Case(
                        "others may enter",
                        set -> Files.setPosixFilePermissions(
                                set.resolve("out"), PosixFilePermissions.fromString("rwxrwxrwx"))),
                new Case(
                        "others may enter all",
                        set -> Files.setPosixFilePermissions(set, PosixFilePermissions.fromString("rwxrwxrwx"))),
                new Case(
                        "a file has come and gone",
                        set -> later(set.resolve("out"), out -> {
                            Files.writeString(out.resolve("file"), "");
                            Files.delete(out.resolve("file"));
                        })),
                new Case(
                        "rights have changed and changed back",
                        set -> later(set.resolve("home"), home -> {
                            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
                            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
                        })));
    }

    /** Again and again, until the clock of the file system has moved on. */
    private static void later(Path folder, Touch touch) throws IOException {
        Object before = Files.getAttribute(folder, "unix:ctime");
        do {
            touch.on(folder);
        } while (Files.getAttribute(folder, "unix:ctime").equals(before));
    }

    @ParameterizedTest
    @MethodSource("touches")
    void whatWasTouchedIsNotKept(Case touched) throws IOException {
        touched.touch().on(set);

        assertThat(spares.keep(set, stamps)).isFalse();
        assertThat(set).exists();
        assertThat(folder.resolve("spare")).isEmptyDirectory();
    }

    @Test
    void noMoreAreKeptThanAreOfUse() throws IOException {
        List<SpareFolders.Stamps> given = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            given.add(spares.make(folder.resolve("many-" + i)));
        }

        int kept = 0;
        for (int i = 0; i < given.size(); i++) {
            kept += spares.keep(folder.resolve("many-" + i), given.get(i)) ? 1 : 0;
        }

        assertThat(kept).isEqualTo(16);
    }

    @Test
    void whereSomebodyHasRemovedOneNewOnesAreMade() throws IOException {
        assertThat(spares.keep(set, stamps)).isTrue();
        Files.move(folder.resolve("spare/1"), folder.resolve("elsewhere"));

        spares.make(set);

        assertThat(set.resolve("out")).isEmptyDirectory();
    }

    private static Object inode(Path path) throws IOException {
        return Files.getAttribute(path, "unix:ino");
    }
}
