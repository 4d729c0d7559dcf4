package pond.worker.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets of empty folders for plain stages that bring nothing along. Many a short stage leaves them as it got them, and the next
 * one is given them then: to make and remove six folders costs several times as much as to look at them, and on some file
 * systems the more the more were removed in the last minute. They are the same when the system says that nothing about any of
 * them has changed since, neither entries nor rights (stat(2), st_ctime), and nothing is in them. What the system's clock is
 * too coarse to tell is a change of rights in the first milliseconds of a new set. Safe for use by several threads.
 */
final class SpareFolders {
    private static final Logger LOG = LoggerFactory.getLogger(SpareFolders.class);
    private static final int MOST = 16;

    private final Path folder;
    private final Set<String> parts;
    private final Queue<Path> spares = new ConcurrentLinkedQueue<>();
    private final AtomicLong number = new AtomicLong();

    /**
     * None at first.
     *
     * @param folder empty; on the file system of the jobs' folders
     * @param parts the names of the folders in a set
     */
    SpareFolders(Path folder, Set<String> parts) {
        this.folder = folder;
        this.parts = Set.copyOf(parts);
    }

    /** What the system says about a set that was given out: of each folder its number and when it was last changed. */
    record Stamps(Map<Path, Map<String, Object>> folders) {
        Stamps {
            folders = Map.copyOf(folders);
        }
    }

    /** Makes this folder with those inside, of new ones or of those that were left. */
    Stamps make(Path set) throws IOException {
        if (!moved(set)) {
            Files.createDirectory(set, Workspace.mode(false));
            for (String part : parts) {
                Files.createDirectory(set.resolve(part), Workspace.mode(false));
            }
        }
        return stamps(set);
    }

    private boolean moved(Path set) throws IOException {
        Path spare = spares.poll();
        try {
            if (spare != null) {
                Files.move(spare, set);
            }
            return spare != null;
        } catch (NoSuchFileException e) {
            LOG.info("spare folders were removed by somebody: {}", e.getMessage());
            return false;
        }
    }

    /**
     * Takes a set back if it is as it was; false when it is not, is not needed, or cannot be looked at, and is left where it
     * is then. No process of its stage may be left.
     */
    boolean keep(Path set, Stamps before) {
        try {
            if (spares.size() >= MOST || !isUntouched(set, before)) {
                return false;
            }
            Path spare = folder.resolve(Long.toString(number.incrementAndGet()));
            Files.move(set, spare);
            spares.add(spare);
            return true;
        } catch (IOException e) {
            // Such as when the stage has removed one of them.
            LOG.debug("folders of a stage are not kept", e);
            return false;
        }
    }

    private boolean isUntouched(Path set, Stamps before) throws IOException {
        return stamps(set).equals(before)
                && new HashSet<>(Arrays.asList(names(set))).equals(parts)
                && parts.stream().allMatch(part -> names(set.resolve(part)).length == 0);
    }

    private Stamps stamps(Path set) throws IOException {
        Map<Path, Map<String, Object>> folders = new HashMap<>();
        folders.put(Path.of(""), stamp(set));
        for (String part : parts) {
            folders.put(Path.of(part), stamp(set.resolve(part)));
        }
        return new Stamps(folders);
    }

    private static Map<String, Object> stamp(Path folder) throws IOException {
        return Files.readAttributes(folder, "unix:ino,ctime,mode", LinkOption.NOFOLLOW_LINKS);
    }

    /** Of what cannot be listed something that is no part. */
    private static String[] names(Path folder) {
        String[] names = folder.toFile().list();
        return names == null ? new String[] {"?"} : names;
    }
}
