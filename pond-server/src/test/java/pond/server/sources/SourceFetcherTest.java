package pond.server.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static pond.server.sources.guard.Guards.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.definition.SourceSpec;
import pond.common.definition.SourceSpec.Inline;
import pond.server.sources.guard.Guards;
import pond.server.sources.guard.RawServer;
import pond.server.sources.guard.SourceException;
import pond.server.sources.guard.SourceException.Code;

class SourceFetcherTest {
    /** Newer JDKs have the common pool for all, whose one thread on a small machine the first fetch would hold. */
    private static final Executor OWN_THREAD = task -> new Thread(task, "test-fetch").start();

    @TempDir
    Path temp;

    private Fetches fetches() throws IOException {
        return new Fetches(temp.resolve("state"), Guards.settings("host.test", null, 1 << 20));
    }

    @Test
    void oneSourceFillsTheRoot() throws IOException {
        var root = fetches().checkout(new Inline(Map.of("src/main.c", "int main;\n", "ä", "ü")));
        assertThat(root.resolve("src/main.c")).hasContent("int main;\n");
        assertThat(root.resolve("ä")).hasContent("ü");
    }

    @Test
    void severalSourcesGetTheFoldersOfTheirLabels() throws IOException {
        var root = fetches()
                .checkout(new Inline(Map.of("f", "one")), new Inline(Map.of("f", "two")), new Inline(Map.of()));
        assertThat(root.resolve("s0/f")).hasContent("one");
        assertThat(root.resolve("s1/f")).hasContent("two");
        assertThat(root.resolve("s2")).isEmptyDirectory();
    }

    @Test
    void theRevisionOfFilesIsTheirDigestWhereverTheyLie() throws IOException {
        var files = new Inline(Map.of("f", "one"));
        var alone = fetches().fetch(null, files).sources().get(0).revision();
        var beside = fetches().fetch(null, new Inline(Map.of("f", "other")), files);
        assertThat(beside.sources().get(1).revision()).isEqualTo(alone);
        assertThat(beside.sources().get(0).revision()).isNotEqualTo(alone);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "/x", "", "a//b", "a\nb"})
    void anInlinePathObeysTheRules(String path) {
        assertRefused(Code.SOURCE_INVALID, () -> fetches().fetch(null, new Inline(Map.of(path, "x"))))
                .hasMessageContaining("source 's0'");
    }

    @Test
    void aLabelCannotLeadOutEither() throws IOException {
        var sources =
                List.of(new SourceSpec("..", new Inline(Map.of("x", "y"))), new SourceSpec("b", new Inline(Map.of())));
        var fetches = fetches();
        assertRefused(Code.SOURCE_INVALID, () -> fetches.fetch(null, sources, new CompletableFuture<Void>()));
    }

    @Test
    void cancellingEndsAFetchThatHangs() throws Exception {
        var fetches = fetches();
        var cancel = new CompletableFuture<Void>();
        try (var server = RawServer.holding("")) {
            var tarball = List.of(new SourceSpec("a", new SourceSpec.Tarball(server.url("host.test"), null, 0)));
            var git = List.of(new SourceSpec(
                    "a", new SourceSpec.GitHttps(server.url("host.test") + "x", null, null, null, null, false, 1)));
            var first = CompletableFuture.supplyAsync(() -> codeOf(fetches, tarball, cancel), OWN_THREAD);
            var second = CompletableFuture.supplyAsync(() -> codeOf(fetches, git, cancel), OWN_THREAD);
            Awaitility.await().until(() -> server.heads.size() == 2);
            cancel.complete(null);
            assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(Code.CANCELLED);
            assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(Code.CANCELLED);
            assertThat(fetches.leftovers()).isEmpty();
        }
    }

    private static Code codeOf(Fetches fetches, List<SourceSpec> sources, CompletableFuture<?> cancel) {
        try {
            throw new AssertionError("fetched " + fetches.fetch(null, sources, cancel));
        } catch (SourceException e) {
            return e.code();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatAKilledServerLeftIsRemovedAtTheStart() throws IOException {
        var left = Files.createDirectories(temp.resolve("state/tmp/source-123/deep"));
        Files.writeString(left.resolve("file"), "x");
        Files.createSymbolicLink(left.resolve("link"), temp);
        Files.writeString(temp.resolve("state/tmp/of-others"), "x");

        var fetches = fetches();

        assertThat(fetches.leftovers()).containsExactly(temp.resolve("state/tmp/of-others"));
        assertThat(temp).exists();
    }
}
