package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The user whom sandboxed commands run as. A worker that is root drops to it before bubblewrap starts: a sandbox that
 * root itself starts reads the machine's secrets and writes to the kernel.
 *
 * @param drop whether the worker is another user, root, and has to change to it
 */
record SandboxUser(int uid, int gid, boolean drop) {
    /** Where nobody has users: above those of people and services, below those that containers are given. */
    private static final int FIRST_FREE = 64_100;

    private static final int LAST_FREE = 64_999;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    /** Who this process is, by its own entry in /proc. */
    static SandboxUser self() throws UnavailableException {
        try {
            Path self = Path.of("/proc/self");
            return new SandboxUser(
                    (Integer) Files.getAttribute(self, "unix:uid"),
                    (Integer) Files.getAttribute(self, "unix:gid"),
                    false);
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            throw new UnavailableException(
                    "sandbox_no_proc",
                    "/proc does not tell who this process is",
                    "run the worker on Linux, with /proc");
        }
    }

    /**
     * The user for a worker that is {@code self}.
     *
     * @param configured a name of the passwd file or a number; empty: a number that nobody has
     */
    static SandboxUser choose(SandboxUser self, Optional<String> configured, Path passwd) throws UnavailableException {
        List<String[]> entries = entries(passwd);
        if (self.uid() != 0) {
            if (configured.isPresent() && !isSelf(self, configured.get(), entries)) {
                throw refused("the worker is not root and cannot run stages as '" + configured.get() + "'");
            }
            return self;
        }
        return configured.isPresent() ? configured(configured.get(), entries) : free(entries);
    }

    private static SandboxUser free(List<String[]> entries) throws UnavailableException {
        Set<String> taken = new HashSet<>();
        entries.forEach(entry -> taken.add(entry[2]));
        int uid = IntStream.rangeClosed(FIRST_FREE, LAST_FREE)
                .filter(number -> !taken.contains(Integer.toString(number)))
                .findFirst()
                .orElseThrow(() -> refused("all uids from " + FIRST_FREE + " to " + LAST_FREE + " have owners"));
        return new SandboxUser(uid, uid, true);
    }

    private static SandboxUser configured(String name, List<String[]> entries) throws UnavailableException {
        Optional<String[]> entry = entries.stream()
                .filter(fields -> fields[0].equals(name) || fields[2].equals(name))
                .findFirst();
        String uid = entry.map(fields -> fields[2]).orElse(name);
        String gid = entry.map(fields -> fields[3]).orElse(name);
        if (!NUMBER.matcher(uid).matches() || !NUMBER.matcher(gid).matches()) {
            throw refused("there is no user '" + name + "' in the passwd file; a number is taken as it is");
        }
        if (Integer.parseInt(uid) == 0 || Integer.parseInt(gid) == 0) {
            throw refused("stages cannot run as root");
        }
        return new SandboxUser(Integer.parseInt(uid), Integer.parseInt(gid), true);
    }

    private static boolean isSelf(SandboxUser self, String name, List<String[]> entries) {
        String uid = Integer.toString(self.uid());
        return name.equals(uid) || entries.stream().anyMatch(fields -> fields[0].equals(name) && fields[2].equals(uid));
    }

    private static List<String[]> entries(Path passwd) throws UnavailableException {
        try {
            return Files.readAllLines(passwd, StandardCharsets.ISO_8859_1).stream()
                    .map(line -> line.split(":", -1))
                    .filter(fields -> fields.length >= 4)
                    .toList();
        } catch (IOException e) {
            throw refused(passwd + " cannot be read");
        }
    }

    private static UnavailableException refused(String text) {
        return new UnavailableException(
                "sandbox_user_invalid", text, "name a user for stages with --sandbox-user, by name or number");
    }
}
