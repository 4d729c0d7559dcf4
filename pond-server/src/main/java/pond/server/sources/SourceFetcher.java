package pond.server.sources;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import pond.common.definition.SourceSpec;
import pond.server.sources.guard.AddressRules;
import pond.server.sources.guard.BundleWriter;
import pond.server.sources.guard.Bundles;
import pond.server.sources.guard.FetchScope;
import pond.server.sources.guard.GuardedHttp;
import pond.server.sources.guard.HostResolver;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceSettings;

/**
 * Fetches all sources of a run into one bundle. A single source fills the bundle's root, several each get the folder of
 * their label. Blocks its thread; safe for use by several threads, each with temporary files of its own.
 */
public final class SourceFetcher {
    private final Bundles bundles;
    private final Path temp;
    private final SourceSettings settings;
    private final GitSource git;
    private final TarballSource tarball;
    private final FolderSource folder;

    /**
     * Removes what an earlier server left in {@code temp}.
     *
     * @param temp on the file system of {@code bundles}; nobody else makes {@code source-*} there
     * @param tls whose trust decides which certificates are accepted
     */
    public SourceFetcher(
            Bundles bundles, Path temp, SourceSettings settings, HostResolver resolver, SSLSocketFactory tls)
            throws IOException {
        this.bundles = bundles;
        this.temp = temp;
        this.settings = settings;
        var http = new GuardedHttp(new AddressRules(settings.allowedHosts(), resolver), tls, settings);
        this.git = new GitSource(http, settings);
        this.tarball = new TarballSource(http, settings);
        this.folder = new FolderSource(settings.localRoot());
        TempFolder.sweep(temp);
    }

    /**
     * Fetches until done, cancelled or late.
     *
     * @param sha pins the first git source to that commit; null takes what {@code ref} says
     * @param cancel ends the fetch when it completes, in whatever way
     * @throws SourceException for everything that the client should hear
     * @throws IOException for trouble of this server, such as a full disk
     */
    public Fetched fetch(
            List<SourceSpec> sources, @Nullable String sha, FetchLog log, CompletionStage<?> cancel, Duration timeout)
            throws IOException {
        try (var scope = new FetchScope(cancel, timeout);
                var folder = TempFolder.make(temp);
                var writer = new BundleWriter(folder.path().resolve("bundle"), settings, scope)) {
            var resolved = new ArrayList<ResolvedSource>();
            String pin = sha;
            for (var source : sources) {
                var target = BundleFolder.root(writer);
                target = sources.size() == 1 ? target : target.below(source.label());
                resolved.add(fetch(source, pin, target, new FetchStep(folder.path(), log, scope)));
                pin = source.config() instanceof SourceSpec.GitHttps ? null : pin;
            }
            var bundle = writer.finish(bundles);
            log.line("bundle " + bundle.sha256() + ": " + bundle.entries() + " entries, " + bundle.size() + " bytes");
            return new Fetched(bundle, resolved);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private ResolvedSource fetch(SourceSpec source, @Nullable String pin, BundleFolder target, FetchStep step)
            throws IOException {
        long start = System.nanoTime();
        int before = target.entries();
        String place = "source '" + source.label() + "'";
        FetchLog log = text -> step.log().line(place + ": " + text);
        try {
            step.scope().check();
            String revision = revision(source.config(), pin, target, new FetchStep(step.temp(), log, step.scope()));
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            log.line(revision + ", " + (target.entries() - before) + " entries in " + millis + " ms");
            return new ResolvedSource(source.label(), source.config().kind(), revision);
        } catch (SourceException e) {
            throw e.at(place);
        }
    }

    /** Patterns in a switch come with newer compilers; until then a new kind shows in the test over all kinds. */
    private String revision(SourceSpec.Config config, @Nullable String pin, BundleFolder target, FetchStep step)
            throws IOException {
        if (config instanceof SourceSpec.GitHttps wanted) {
            return git.fetch(wanted, pin, target, step);
        }
        if (config instanceof SourceSpec.Tarball wanted) {
            return tarball.fetch(wanted, target, step);
        }
        if (config instanceof SourceSpec.Folder wanted) {
            return folder.fetch(wanted, target, step);
        }
        if (config instanceof SourceSpec.Inline wanted) {
            for (var file : wanted.files().entrySet()) {
                target.file(file.getKey(), file.getValue());
            }
            return target.revision();
        }
        throw new IllegalStateException("source of kind " + config.kind());
    }
}
