package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.worker.sandbox.JobMark;

/**
 * The part of the cgroup tree (version 2) that belongs to the worker, if it was given one: by a systemd unit with {@code
 * Delegate=yes}, for one.
 */
final class ControlGroups {
    private static final Logger LOG = LoggerFactory.getLogger(ControlGroups.class);
    private static final Set<String> NEEDED = Set.of("cpu", "memory", "pids");
    private static final String STAGE = "pond-stage-";
    private static final String UNIFIED = "0::";

    private final Path folder;

    private ControlGroups(Path folder) {
        this.folder = folder;
    }

    /**
     * Takes over the group that this process is in, provided that it is alone there: groups for stages can be made only
     * beside processes, so the worker moves into one of its own.
     *
     * @param self /proc/self
     */
    static Optional<ControlGroups> find(Path self) {
        try {
            Optional<Path> own =
                    own(Files.readAllLines(self.resolve("cgroup")), Files.readAllLines(self.resolve("mountinfo")));
            return own.isPresent() ? take(own.get(), ProcessHandle.current().pid()) : Optional.empty();
        } catch (IOException e) {
            LOG.info("stages get no cgroup: {}", e.toString());
            return Optional.empty();
        }
    }

    /** The folder of the group that the lines of /proc/PID/cgroup name, below the mount of /proc/PID/mountinfo. */
    static Optional<Path> own(List<String> groups, List<String> mounts) {
        Optional<Path> mount = mounts.stream()
                .filter(line -> line.contains(" - cgroup2 "))
                .map(line -> Path.of(line.split(" ", -1)[4]))
                .findFirst();
        return mount.flatMap(at -> groups.stream()
                .filter(line -> line.startsWith(UNIFIED))
                .map(line -> at.resolve(line.substring(UNIFIED.length() + 1)))
                .findFirst());
    }

    /** Empty when the group is not delegated to us or lacks a controller. */
    static Optional<ControlGroups> take(Path group, long pid) throws IOException {
        List<String> controllers = List.of(
                Files.readString(group.resolve("cgroup.controllers")).strip().split(" ", -1));
        List<String> processes = Files.readAllLines(group.resolve("cgroup.procs"));
        boolean alone = processes.equals(List.of(Long.toString(pid)));
        if (!controllers.containsAll(NEEDED) || !alone || !Files.isWritable(group.resolve("cgroup.procs"))) {
            return Optional.empty();
        }
        Path worker = group.resolve("pond-worker");
        if (!Files.isDirectory(worker)) {
            Files.createDirectory(worker);
        }
        Files.writeString(worker.resolve("cgroup.procs"), Long.toString(pid));
        Files.writeString(group.resolve("cgroup.subtree_control"), "+cpu +memory +pids");
        ControlGroups taken = new ControlGroups(group);
        taken.sweep();
        return Optional.of(taken);
    }

    private void sweep() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, STAGE + "*")) {
            for (Path group : left) {
                Files.deleteIfExists(group);
            }
        }
    }

    ControlGroup make(JobMark mark, Limits limits) throws IOException {
        return ControlGroup.make(folder.resolve(STAGE + mark.random()), limits);
    }
}
