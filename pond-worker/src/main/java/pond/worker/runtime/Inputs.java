package pond.worker.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import pond.common.api.LogStream;
import pond.common.ids.ArtifactName;
import pond.common.protocol.InputArtifact;
import pond.common.protocol.JobRef;
import pond.common.protocol.WorkerProtocol;
import pond.worker.checkout.FileNames;
import pond.worker.checkout.Sha256;

/** Brings the artifacts of earlier stages into two folders and takes the right to write from both. For one thread. */
final class Inputs {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    private final JobRef job;
    private final WorkerProtocol protocol;
    private final JobCalls calls;
    private final LogShipper log;
    private final Map<String, Path> brought = new HashMap<>();

    Inputs(JobRef job, WorkerProtocol protocol, JobCalls calls, LogShipper log) {
        this.job = job;
        this.protocol = protocol;
        this.calls = calls;
        this.log = log;
    }

    /**
     * Fills both folders, which are empty: one with a folder per stage, and in it one per substage, the other with the
     * nearest artifact of each name.
     */
    void bring(Path byStage, Path flat) throws IOException, InterruptedException {
        List<InputArtifact> inputs = calls.answer(() -> protocol.inputs(job), ANSWER_WITHIN);
        for (InputArtifact input : inputs) {
            Path folder = byStage.resolve(input.stage());
            String substage = input.substage();
            if (substage != null) {
                ArtifactName checked = ArtifactName.parse(substage)
                        .orElseThrow(() -> new IOException("a substage has a key that no folder can have"));
                folder = resolve(folder, checked.value());
            }
            place(input, resolve(folder, input.name().value()));
            if (input.flat()) {
                place(input, resolve(flat, input.name().value()));
            }
        }
        protect(byStage);
        protect(flat);
    }

    private static Path resolve(Path folder, String name) {
        Path path = folder;
        for (String part : name.split("/", -1)) {
            path = path.resolve(FileNames.path(part));
        }
        return path;
    }

    private void place(InputArtifact input, Path at) throws IOException, InterruptedException {
        try {
            Files.createDirectories(at.getParent());
            if (Files.exists(at)) {
                throw new FileAlreadyExistsException(at.toString());
            }
            Path same = brought.get(input.sha256());
            if (same == null) {
                calls.readingBytes(() -> download(input, at));
                brought.put(input.sha256(), at);
            } else {
                Files.createLink(at, same);
            }
        } catch (FileAlreadyExistsException e) {
            // One stage's file is named like another one's folder: only one of them can be there.
            log.append(LogStream.SYSTEM, "the input '" + input.name() + "' has no place beside another one");
        }
    }

    private void download(InputArtifact input, Path at) throws IOException, InterruptedException {
        MessageDigest digest = Sha256.start();
        try (InputStream in = new WantedStream(
                        calls.answer(() -> protocol.input(job, input.sha256()), JobCalls.FOR_BYTES), calls);
                OutputStream out = new DigestOutputStream(Files.newOutputStream(at), digest)) {
            in.transferTo(out);
        }
        if (!Sha256.hex(digest).equals(input.sha256())) {
            throw new IOException("the bytes of an input are not those that were announced");
        }
    }

    private static void protect(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                String mode = Files.isDirectory(path) ? "r-xr-xr-x" : "r--r--r--";
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
            }
        }
    }
}
