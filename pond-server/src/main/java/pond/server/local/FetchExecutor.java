package pond.server.local;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import pond.common.api.LogStream;
import pond.common.definition.ExecutorKind;
import pond.common.definition.SourceSpec;
import pond.common.ids.RunId;
import pond.common.protocol.Job.BundleRef;
import pond.common.protocol.Outcome;
import pond.common.protocol.Receipt;
import pond.server.runs.RunService;
import pond.server.runs.SealedSources;
import pond.server.sources.Fetched;
import pond.server.sources.ResolvedSource;
import pond.server.sources.SourceFetcher;
import pond.server.sources.guard.SourceException;
import pond.worker.executors.ExecutionContext;
import pond.worker.executors.Executor;

/**
 * Turns the sources of a run into its bundle. It runs inside the server alone, because only there are the credentials of
 * sources opened; to the dispatch it is a stage like any other.
 */
final class FetchExecutor implements Executor {
    private final RunService runs;
    private final SourceFetcher fetcher;

    FetchExecutor(RunService runs, SourceFetcher fetcher) {
        this.runs = runs;
        this.fetcher = fetcher;
    }

    @Override
    public ExecutorKind kind() {
        return ExecutorKind.FETCH;
    }

    @Override
    public Execution execute(ExecutionContext context) throws IOException {
        return new Execution(fetch(context), Receipt.NONE);
    }

    private Outcome fetch(ExecutionContext context) throws IOException {
        RunId run = context.job().run();
        SealedSources sealed = runs.sources(run);
        List<SourceSpec> sources;
        try {
            sources = sealed.openPinned();
        } catch (GeneralSecurityException e) {
            return Outcome.failed(
                    "source_sealed",
                    "the sources were sealed with another source key than this server's; submit the run again",
                    null);
        }
        CompletableFuture<Void> cancel = new CompletableFuture<>();
        context.stop().onStop(() -> cancel.complete(null));
        try {
            Fetched fetched = fetcher.fetch(
                    sources,
                    sealed.sha(),
                    line -> context.line(LogStream.SYSTEM, line),
                    cancel,
                    context.job().timeout());
            BundleRef bundle =
                    new BundleRef(fetched.bundle().sha256(), fetched.bundle().size());
            Map<String, String> resolved = fetched.sources().stream()
                    .collect(Collectors.toMap(ResolvedSource::label, ResolvedSource::revision));
            runs.fetched(run, bundle, resolved).join();
            sealed.pins().forEach((label, before) -> {
                if (!before.equals(resolved.get(label))) {
                    context.line(
                            LogStream.SYSTEM,
                            "source '" + label + "' is not what it was in the run that this one goes on with: that had "
                                    + before);
                }
            });
            return Outcome.done(null);
        } catch (SourceException e) {
            return Outcome.failed(e.code().toString(), String.valueOf(e.getMessage()), null);
        }
    }
}
