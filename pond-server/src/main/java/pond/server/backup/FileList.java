package pond.server.backup;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of a backup with their digests, in {@code files.sha256}: a line each, as {@code sha256sum --check} reads them.
 * Only names that a backup can have are taken, so that no list leads out of its folder.
 */
final class FileList {
    static final String NAME = "files.sha256";
    private static final Pattern LINE =
            Pattern.compile("(?<sha>[0-9a-f]{64})  (?<path>pond\\.db|logs\\.db|source\\.key|source\\.key\\.next"
                    + "|artifacts/(?<folder>[0-9a-f]{2})/(?<artifact>[0-9a-f]{64})|bundles/(?<bundle>[0-9a-f]{64}))");

    private FileList() {}

    /** A file by its path in the backup. */
    record Entry(String sha256, String path) {
        String line() {
            return sha256 + "  " + path;
        }

        /** Files that are named by their digest, unlike the databases and keys. */
        boolean blob() {
            return path.indexOf('/') > 0;
        }
    }

    /** What is done with each file. */
    interface Use {
        void accept(Entry entry) throws IOException;
    }

    /** Begins a list; the caller closes it and has it on disk. */
    static BufferedWriter create(Path backup) throws IOException {
        Path file = Files.createFile(backup.resolve(NAME), DurableFiles.PRIVATE_FILE);
        return Files.newBufferedWriter(file, StandardCharsets.US_ASCII, StandardOpenOption.WRITE);
    }

    /** Goes through the list of a backup, once it is certain that it is the one that was written. */
    static void read(Path backup, Manifest manifest, Use use) throws IOException {
        Path file = backup.resolve(NAME);
        if (!DurableFiles.read(file).sha256().equals(manifest.filesSha256())) {
            throw new BackupException(file + " is not the list that was written: its digest differs");
        }
        long files = 0;
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                use.accept(parse(line, ++files, file));
            }
        }
        if (files != manifest.files()) {
            throw new BackupException(file + " names " + files + " files; " + manifest.files() + " were written");
        }
    }

    private static Entry parse(String line, long number, Path file) throws BackupException {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new BackupException("line " + number + " of " + file + " names no file that a backup can have");
        }
        String sha256 = matcher.group("sha");
        String artifact = matcher.group("artifact");
        String bundle = matcher.group("bundle");
        boolean named = artifact != null
                ? artifact.equals(sha256) && artifact.startsWith(matcher.group("folder"))
                : bundle == null || bundle.equals(sha256);
        if (!named) {
            throw new BackupException(
                    "line " + number + " of " + file + " has a digest that is not in the name of the file");
        }
        return new Entry(sha256, matcher.group("path"));
    }
}
