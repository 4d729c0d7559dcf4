package pond.server.sources.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import pond.server.sources.guard.SourceException.Code;

/** What tests of sources share. */
public final class Guards {
    private Guards() {}

    public static FetchScope scope() {
        return new FetchScope(new CompletableFuture<Void>(), Duration.ofMinutes(2));
    }

    public static SourceSettings settings(String allowedHosts, @Nullable Path localRoot, long bundleMaxBytes) {
        return SourceSettings.of(AllowedHost.parseList(allowedHosts), localRoot, 1 << 20, bundleMaxBytes);
    }

    public static SourceSettings entries(int max) {
        var usual = settings("", null, 1 << 20);
        return new SourceSettings(List.of(), null, 1 << 20, 1 << 20, max, usual.connectTimeout(), usual.idleTimeout());
    }

    public static AbstractThrowableAssert<?, SourceException> assertRefused(Code code, ThrowingCallable call) {
        var thrown = catchThrowableOfType(SourceException.class, call);
        assertThat(thrown).as("a SourceException").isNotNull();
        assertThat(thrown.code()).as("%s", thrown).isEqualTo(code);
        return assertThat(thrown);
    }
}
