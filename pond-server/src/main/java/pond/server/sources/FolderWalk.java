package pond.server.sources;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceException.Code;

/**
 * Copies a folder of this host into a bundle in the order of names. Each step opens a name inside a folder that is
 * already open and never follows a link, so a folder that is exchanged for a link meanwhile leads nowhere.
 */
final class FolderWalk {
    private final BundleFolder target;
    private final FetchStep step;

    FolderWalk(BundleFolder target, FetchStep step) {
        this.target = target;
        this.step = step;
    }

    /** Everything below {@code root} whose first part {@code wanted} accepts, each path with {@code prefix} in front. */
    void copy(Path root, String prefix, Predicate<String> wanted) throws IOException {
        try (var stream = Files.newDirectoryStream(root)) {
            walk(secure(stream), root, prefix, wanted);
        }
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) throws SourceException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        throw new SourceException(Code.SOURCE_REFUSED, "folders cannot be read safely on this file system");
    }

    private void walk(SecureDirectoryStream<Path> folder, Path at, String prefix, Predicate<String> wanted)
            throws IOException {
        for (String name : names(folder)) {
            if (!wanted.test(name)) {
                continue;
            }
            step.scope().check();
            var entry = Path.of(name);
            var attributes = folder.getFileAttributeView(entry, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes();
            if (attributes.isSymbolicLink()) {
                target.link(
                        prefix + name, Files.readSymbolicLink(at.resolve(name)).toString());
            } else if (attributes.isDirectory()) {
                target.folder(prefix + name);
                try (var inner = folder.newDirectoryStream(entry, LinkOption.NOFOLLOW_LINKS)) {
                    walk(inner, at.resolve(name), prefix + name + "/", any -> true);
                }
            } else if (attributes.isRegularFile()) {
                file(folder, entry, prefix + name, attributes);
            } else {
                step.log().line("skipped '" + prefix + name + "': neither file, folder nor link");
            }
        }
    }

    private static List<String> names(DirectoryStream<Path> folder) {
        var names = new ArrayList<String>();
        folder.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        names.sort(null);
        return names;
    }

    private void file(SecureDirectoryStream<Path> folder, Path entry, String path, PosixFileAttributes attributes)
            throws IOException {
        boolean executable = attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
        var options = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        try (var channel = folder.newByteChannel(entry, options)) {
            target.file(path, executable, attributes.size(), Channels.newInputStream(channel));
        }
    }
}
