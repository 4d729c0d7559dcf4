package pond.worker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import pond.common.definition.ExecutorKind;
import pond.common.ids.JobId;
import pond.common.protocol.Attach;
import pond.common.protocol.JobRef;
import pond.common.protocol.WorkerHttp;

/** Values for the tests of the transport. */
final class TestProtocol {
    static final String BEARER = "pond_wk_bearer";
    static final String ATTACHMENT = "0190b6a0-0000-7000-8000-000000000001";
    static final JobRef JOB = new JobRef(JobId.of("0190b6a0-0000-7000-8000-000000000002"), "lease-token-1");
    static final Attach ATTACH = new Attach(1, "box", "1", Set.of(ExecutorKind.NOOP), Set.of(), Set.of(), 2);
    static final String ATTACHED =
            "{\"worker\":\"" + ATTACHMENT + "\",\"lease\":\"PT30S\",\"cancelGrace\":\"PT10S\",\"news\":1}";

    private TestProtocol() {}

    static HttpSettings settings(String url, @Nullable Path caFile) {
        return new HttpSettings(
                ServerAddress.of(url, false), Optional.ofNullable(caFile), "test", InstantSource.system());
    }

    /** A client that has attached to that server. */
    static HttpWorkerProtocol attached(WireServer server) throws Exception {
        server.json(WorkerHttp.ATTACH, ATTACHED);
        HttpWorkerProtocol protocol = HttpWorkerProtocol.open(settings(server.url(), null), BEARER);
        assertThat(get(protocol.attach(ATTACH)).worker()).hasToString(ATTACHMENT);
        return protocol;
    }

    static <T> T get(CompletableFuture<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(20, TimeUnit.SECONDS);
    }

    /** What the future fails with. */
    static Throwable failure(CompletableFuture<?> future) throws InterruptedException, TimeoutException {
        try {
            Object value = get(future);
            throw new AssertionError("did not fail but gave " + value);
        } catch (ExecutionException e) {
            return e.getCause() == null ? e : e.getCause();
        }
    }

    static void isIo(Throwable failure) {
        assertThat(failure).isInstanceOf(IOException.class);
        assertThat(failure.toString()).doesNotContain(BEARER).doesNotContain(JOB.leaseToken());
    }
}
