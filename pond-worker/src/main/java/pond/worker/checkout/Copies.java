package pond.worker.checkout;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.worker.sandbox.HostCommand;

/**
 * Makes copies for stages to change, by the best means of this machine; what that is gets found out when the first copy
 * is asked for. Safe for use by several threads.
 */
public final class Copies {
    private static final Logger LOG = LoggerFactory.getLogger(Copies.class);

    private final HostCommand host;
    private final Path probeFolder;
    private final Optional<Owner> owner;
    private CopyProbe.@Nullable Found found;

    /**
     * @param probeFolder on the file system of the checkouts and of the copies; made and deleted
     * @param owner whom the stages run as, unless as this process
     */
    public Copies(HostCommand host, Path probeFolder, Optional<Owner> owner) {
        this.host = host;
        this.probeFolder = probeFolder;
        this.owner = owner;
    }

    /** What is used on this machine. The first call tries it out, and others wait for that. */
    public synchronized CopyMethod method() throws IOException, InterruptedException {
        if (found == null) {
            found = CopyProbe.probe(host, probeFolder, owner);
            LOG.info("stages get their checkout to change as: {}", found.method());
            found.reasons().forEach(reason -> LOG.info("not used, {}", reason));
        }
        return found.method();
    }

    /**
     * Makes a copy of a tree that nobody changes meanwhile.
     *
     * @param into a folder that is not there yet, on the file system of the tree
     * @param atMost how long copying may take
     * @param unwanted true when nobody waits any more; asked now and then
     * @throws IOException when the disk fails, or copying took too long or became unwanted; a part of it may be there
     */
    public Throwaway make(Path tree, Path into, Duration atMost, BooleanSupplier unwanted)
            throws IOException, InterruptedException {
        CopyMethod method = method();
        if (method == CopyMethod.OVERLAY) {
            return new Throwaway.Overlay(OverlayFolders.make(tree, into, owner));
        }
        // A process and not a loop of ours: it is as fast as can be, and can be killed in the middle of a slow write.
        List<String> argv = List.of("cp", "-a", "--reflink=auto", "--", tree.toString(), into.toString());
        HostCommand.Result result = host.run(argv, atMost, unwanted);
        if (!result.succeeded()) {
            throw new IOException("the checkout could not be copied: " + result.failure());
        }
        return new Throwaway.Copied(method, into);
    }
}
