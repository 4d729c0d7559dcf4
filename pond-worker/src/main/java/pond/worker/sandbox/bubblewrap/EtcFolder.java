package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What every sandbox shows as /etc: copies of what programs need to run, and made-up lists of users and hosts. One folder,
 * because each file bound by itself costs every start. Nothing that is not open to all users of the machine gets in.
 */
final class EtcFolder {
    private static final List<String> COPIED = List.of(
            "ssl/certs",
            "ssl/openssl.cnf",
            "ca-certificates",
            "ca-certificates.conf",
            "ld.so.cache",
            "ld.so.conf",
            "ld.so.conf.d",
            "alternatives",
            "maven",
            "localtime",
            "timezone",
            "mime.types",
            "protocols",
            "services",
            "os-release",
            "debian_version",
            "magic",
            "terminfo");
    private static final Pattern JAVA = Pattern.compile("java-[0-9]+-openjdk");

    private final Path from;
    private final Path to;

    private EtcFolder(Path from, Path to) {
        this.from = from;
        this.to = to;
    }

    /**
     * Fills a folder that is not there yet.
     *
     * @param from the machine's own, /etc
     */
    static void make(Path from, Path to, SandboxUser user) throws IOException {
        EtcFolder etc = new EtcFolder(from, to);
        Files.createDirectory(to);
        for (String name : COPIED) {
            etc.copy(name);
        }
        for (String name : etc.javaFolders()) {
            etc.copy(name);
        }
        etc.write(user);
        etc.open();
    }

    private List<String> javaFolders() throws IOException {
        try (Stream<Path> all = Files.list(from)) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> JAVA.matcher(name).matches())
                    .sorted()
                    .toList();
        }
    }

    private void copy(String name) throws IOException {
        Path source = from.resolve(name);
        if (!Files.exists(source)) {
            return;
        }
        Files.createDirectories(to.resolve(name).getParent());
        Files.walkFileTree(source, new Copier());
    }

    /** Links stay links, also those that lead to files which are not here: mostly they lead into /usr. */
    private final class Copier extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
            if (!isOpen(folder, PosixFilePermission.OTHERS_EXECUTE)) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(target(folder));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (file.toString().endsWith(".gz")) {
                return FileVisitResult.CONTINUE; // Alternatives of manual pages: hundreds, and nobody reads them here.
            }
            if (attributes.isSymbolicLink()) {
                Path leadsTo = Files.readSymbolicLink(file);
                Files.createSymbolicLink(/* link= */ target(file), /* target= */ leadsTo);
            } else if (attributes.isRegularFile() && isOpen(file, PosixFilePermission.OTHERS_READ)) {
                Files.copy(file, target(file), StandardCopyOption.REPLACE_EXISTING);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            // Gone or closed since it was listed: what a stage could not have read here either.
            return FileVisitResult.CONTINUE;
        }

        private Path target(Path path) {
            return to.resolve(from.relativize(path).toString());
        }

        private boolean isOpen(Path path, PosixFilePermission permission) throws IOException {
            return Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS)
                    .contains(permission);
        }
    }

    private void write(SandboxUser user) throws IOException {
        List<String> passwd = List.of(
                "root:x:0:0:root:/nonexistent:/usr/sbin/nologin",
                "agent:x:%d:%d:agent:%s:/bin/sh".formatted(user.uid(), user.gid(), SandboxPaths.HOME),
                "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin");
        List<String> group = new ArrayList<>(List.of("root:x:0:", "nogroup:x:65534:"));
        group.add(1, "agent:x:%d:".formatted(user.gid()));
        Files.write(to.resolve("passwd"), passwd);
        Files.write(to.resolve("group"), group);
        Files.write(to.resolve("hosts"), List.of("127.0.0.1 localhost pond", "::1 localhost"));
        Files.write(to.resolve("hostname"), List.of("pond"));
        Files.write(
                to.resolve("nsswitch.conf"),
                List.of("passwd: files", "group: files", "hosts: files dns", "services: files", "protocols: files"));
        Files.write(to.resolve("resolv.conf"), List.of());
        Files.write(to.resolve("shells"), List.of("/bin/sh"));
    }

    /** Whatever umask this was made under, the sandbox's user reads it. */
    private void open() throws IOException {
        FileVisitor<Path> opener = new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
                }
                return FileVisitResult.CONTINUE;
            }
        };
        Files.walkFileTree(to, opener);
    }
}
