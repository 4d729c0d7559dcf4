package pond.server.sources;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import pond.common.definition.SourceSpec;
import pond.server.sources.guard.Bundles;
import pond.server.sources.guard.HostResolver;
import pond.server.sources.guard.NaiveExtractor;
import pond.server.sources.guard.SourceSettings;

/** A fetcher on a temporary state folder, for which every name is loopback, and the checkouts of what it fetched. */
final class Fetches {
    private static final HostResolver LOOPBACK = name -> List.of(InetAddress.getLoopbackAddress());

    final List<String> lines = new CopyOnWriteArrayList<>();
    private final Path state;
    private final Bundles bundles;
    private final SourceFetcher fetcher;
    private int checkouts;

    Fetches(Path state, SourceSettings settings) throws IOException {
        this.state = state;
        this.bundles = new Bundles(state.resolve("bundles"));
        this.fetcher = new SourceFetcher(
                bundles, state.resolve("tmp"), settings, LOOPBACK, (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    Fetched fetch(@Nullable String sha, List<SourceSpec> sources, CompletableFuture<?> cancel) throws IOException {
        return fetcher.fetch(sources, sha, lines::add, cancel, Duration.ofMinutes(2));
    }

    Fetched fetch(@Nullable String sha, SourceSpec.Config... configs) throws IOException {
        var specs = new java.util.ArrayList<SourceSpec>();
        for (var config : configs) {
            specs.add(new SourceSpec("s" + specs.size(), config));
        }
        return fetch(sha, specs, new CompletableFuture<Void>());
    }

    Path extract(Fetched fetched) throws IOException {
        var root = Files.createDirectories(state.resolve("checkout" + checkouts++));
        NaiveExtractor.extract(bundles.open(fetched.bundle().sha256()), root);
        return root;
    }

    Path checkout(SourceSpec.Config... configs) throws IOException {
        return extract(fetch(null, configs));
    }

    /** Nothing of a fetch may stay behind, whether it went well or not. */
    List<Path> leftovers() throws IOException {
        try (var files = Files.list(state.resolve("tmp"))) {
            return files.toList();
        }
    }
}
