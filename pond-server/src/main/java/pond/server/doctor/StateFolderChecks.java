package pond.server.doctor;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The state folder: whose it is, who may look in, and what it lies on. Creates nothing. */
final class StateFolderChecks {
    /** Locks and shared memory, which SQLite's WAL is made of, do not hold from machine to machine. */
    private static final Set<String> NETWORK = Set.of(
            "nfs",
            "nfs4",
            "cifs",
            "smb",
            "smb2",
            "smb3",
            "smbfs",
            "9p",
            "afs",
            "ceph",
            "glusterfs",
            "lustre",
            "beegfs",
            "gfs2",
            "ocfs2",
            "fuse.sshfs",
            "fuse.glusterfs",
            "fuse.s3fs",
            "fuse.ceph",
            "virtiofs");

    private static final Set<String> MEMORY = Set.of("tmpfs", "ramfs");

    private final Path folder;
    private final long floor;

    /**
     * Nothing is looked at yet.
     *
     * @param folder absolute
     * @param floor how many bytes the server wants free on its disk
     */
    StateFolderChecks(Path folder, long floor) {
        this.folder = folder;
        this.floor = floor;
    }

    List<Check> examine() {
        List<Check> checks = new ArrayList<>();
        Path there = folder;
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        checks.add(folder(there));
        try {
            FileStore disk = Files.getFileStore(there);
            checks.add(room(disk.getUsableSpace(), floor));
            checks.add(kind(disk.type()));
        } catch (IOException e) {
            checks.add(Check.no("disk", "the disk of " + there + " cannot be asked: " + e.getMessage()));
        }
        return checks;
    }

    /** One that is not there yet is judged by where it would be. */
    private Check folder(Path there) {
        boolean made = there.equals(folder);
        if (!Files.isDirectory(there) || !Files.isWritable(there) || !Files.isReadable(there)) {
            return Check.no(
                    "state",
                    there
                            + " is not a folder that this user can read and write; run as its owner, or choose another --state-dir");
        }
        if (!made) {
            return Check.ok("state", folder + " is not there yet; the first start makes it");
        }
        try {
            String owner = Files.getOwner(folder).getName();
            String user = System.getProperty("user.name", "");
            if (!owner.equals(user)) {
                return Check.warning(
                        "state",
                        folder + " belongs to " + owner + " and this is " + user + "; run the server and its tools as "
                                + owner);
            }
            return open(Files.getPosixFilePermissions(folder))
                    ? Check.warning("state", folder + " is open to other users of this machine; chmod 700 it")
                    : Check.ok("state", folder + " belongs to " + owner + " alone");
        } catch (IOException | UnsupportedOperationException e) {
            return Check.warning("state", "whose " + folder + " is cannot be seen: " + e.getMessage());
        }
    }

    /** Whether anybody but the owner may do anything. */
    static boolean open(Set<PosixFilePermission> mode) {
        return mode.stream().anyMatch(right -> !right.name().startsWith("OWNER_"));
    }

    static Check room(long free, long floor) {
        String sizes = "%d MiB are free".formatted(free >> 20);
        return free >= floor
                ? Check.ok("disk", sizes)
                : Check.no("disk", sizes + ", and with less than " + (floor >> 20) + " MiB no run is taken; make room");
    }

    static Check kind(String type) {
        String name = type.toLowerCase(Locale.ROOT);
        if (NETWORK.contains(name)) {
            return Check.warning(
                    "file system",
                    type
                            + " is a network file system, on which the databases can be damaged; use a disk of this machine");
        }
        if (MEMORY.contains(name)) {
            return Check.warning("file system", type + " is memory: everything is gone with the machine; use a disk");
        }
        if (name.equals("overlay")) {
            return Check.warning(
                    "file system",
                    "overlay is a container's own layer, as a rule: everything is gone with the container; use a volume");
        }
        return Check.ok("file system", type);
    }
}
