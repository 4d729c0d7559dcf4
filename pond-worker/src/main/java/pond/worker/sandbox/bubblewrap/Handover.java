package pond.worker.sandbox.bubblewrap;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pond.worker.sandbox.OverlayMount;

/**
 * Gives a stage's folders to the user whom it runs as, where that is another one than the worker. To be called while no
 * process of the stage is there.
 */
final class Handover {
    private final Path state;
    private final SandboxUser user;

    /** @param state the worker's state folder, by its real path */
    Handover(Path state, SandboxUser user) {
        this.state = state;
        this.user = user;
    }

    /** The same folders by their real paths, given to the user. */
    StageFolders give(StageFolders folders) throws IOException, SandboxRefusedException {
        return new StageFolders(
                checkout(folders.checkout()),
                own(folders.output()),
                readable(folders.inputs()),
                readable(folders.inputsByStage()),
                own(folders.home()),
                folders.homeFilled(),
                own(folders.temp()),
                folders.egress(),
                folders.broker());
    }

    private CheckoutFolder checkout(CheckoutFolder checkout) throws IOException, SandboxRefusedException {
        if (checkout instanceof CheckoutFolder.Own one) {
            return new CheckoutFolder.Own(own(one.tree()), one.given());
        }
        if (checkout instanceof CheckoutFolder.Overlaid overlaid) {
            OverlayMount mount = overlaid.mount();
            try {
                return new CheckoutFolder.Overlaid(new OverlayMount(
                        shared(mount.lower()), own(mount.upper()), own(mount.work()), own(mount.merged())));
            } catch (IllegalArgumentException e) {
                throw SandboxRefusedException.unavailable("the checkout cannot be shown: " + e.getMessage());
            }
        }
        return new CheckoutFolder.Shared(shared(checkout.shown()));
    }

    /** Stages are in it already, so it was given to the user when it was made, or it is of no use here. */
    private Path shared(Path tree) throws IOException, SandboxRefusedException {
        Path real = real(tree);
        if (user.drop()) {
            openWay(real);
            if (!isTheirs(real)) {
                throw SandboxRefusedException.unavailable(
                        "the worker's checkouts do not belong to the user whom its stages run as; restart the worker");
            }
        }
        return real;
    }

    private Path own(Path folder) throws IOException, SandboxRefusedException {
        Path real = real(folder);
        if (user.drop()) {
            openWay(real);
            if (!isTheirs(real)) {
                takeAll(real);
            }
        }
        return real;
    }

    private Path readable(Path folder) throws IOException, SandboxRefusedException {
        Path real = real(folder);
        if (user.drop()) {
            openWay(real);
            // The files in it are open to all readers; the folder itself may be the worker's alone.
            take(real);
        }
        return real;
    }

    /** Only a folder of the worker's own is bound, and no link: what a stage planted must not choose what others see. */
    private Path real(Path folder) throws IOException, SandboxRefusedException {
        Path real = folder.toRealPath();
        boolean plain = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
        if (!plain || !real.startsWith(state) || real.equals(state)) {
            throw SandboxRefusedException.unavailable("a folder of the stage is not where the worker keeps them");
        }
        return real;
    }

    /** Every folder between the state folder and this one can be passed by the user's group, and by nobody else. */
    private void openWay(Path folder) throws IOException {
        for (Path above = folder.getParent(); above != null && !above.equals(state); above = above.getParent()) {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(above, LinkOption.NOFOLLOW_LINKS);
            if (!mode.contains(PosixFilePermission.OTHERS_EXECUTE) && !isTheirs(above)) {
                Files.setAttribute(above, "unix:gid", user.gid(), LinkOption.NOFOLLOW_LINKS);
                mode.remove(PosixFilePermission.GROUP_READ);
                mode.remove(PosixFilePermission.GROUP_WRITE);
                mode.add(PosixFilePermission.GROUP_EXECUTE);
                Files.setPosixFilePermissions(above, mode);
            }
        }
    }

    private boolean isTheirs(Path path) throws IOException {
        return Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(user.uid());
    }

    private void take(Path path) throws IOException {
        Files.setAttribute(path, "unix:gid", user.gid(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:uid", user.uid(), LinkOption.NOFOLLOW_LINKS);
    }

    /** Links themselves, not what they lead to. The folder last: it tells whether all of it is done. */
    private void takeAll(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                take(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                take(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
