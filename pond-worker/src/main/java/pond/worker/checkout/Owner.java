package pond.worker.checkout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The user whom a stage's processes run as when the worker runs as root. By number: that it has a name on this machine is
 * not needed.
 */
public record Owner(int uid, int gid) {
    /** @throws IllegalArgumentException for root and for what is no uid: a sandbox that root starts holds nothing */
    public Owner {
        if (uid <= 0 || gid <= 0) {
            throw new IllegalArgumentException("stages run as a user and a group above 0, not " + uid + ":" + gid);
        }
    }

    /** Makes the file, folder or link theirs; a link itself, not what it points to. Its mode stays. */
    public void take(Path path) throws IOException {
        Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    }

    /** The argument list that runs the other one as this user, who has no way back. */
    List<String> running(List<String> argv) {
        List<String> all = new ArrayList<>(List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups"));
        all.addAll(List.of("--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"));
        all.addAll(argv);
        return List.copyOf(all);
    }
}
