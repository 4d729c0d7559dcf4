package pond.common.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.protocol.Completion.Produced;

/** What an {@link Attestation} signs: how one job ended, in a form that has one text only. */
public record AttestedEnd(
        RunId run,
        String stage,
        @Nullable String substage,
        int attempt,
        JobId job,
        Outcome outcome,
        List<Produced> artifacts,
        UsageTotals usage) {
    public AttestedEnd {
        artifacts = List.copyOf(artifacts);
    }

    /**
     * Lines of UTF-8, each {@code name value} and ended by a line feed, in this order; {@code -} stands for what there is
     * not. No value holds a line feed: names of artifacts have no control characters. Messages are for people, and are not
     * signed.
     */
    public byte[] bytes() {
        StringBuilder text = new StringBuilder("pond attestation 1\n");
        line(text, "run", run);
        line(text, "stage", stage);
        line(text, "substage", substage);
        line(text, "attempt", attempt);
        line(text, "job", job);
        line(text, "result", outcome.result());
        line(text, "exit", outcome.exitCode());
        line(text, "error", outcome.error() == null ? null : outcome.error().code());
        artifacts.stream()
                .sorted(Comparator.comparing((Produced one) -> one.name().value())
                        .thenComparing(Produced::sha256))
                .forEach(one -> line(text, "artifact", one.sha256() + " " + one.name()));
        line(
                text,
                "usage",
                usage.calls() + " " + usage.inputTokens() + " " + usage.cacheReadTokens() + " "
                        + usage.cacheWriteTokens() + " " + usage.outputTokens() + " " + usage.reasoningTokens());
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void line(StringBuilder text, String name, @Nullable Object value) {
        text.append(name).append(' ').append(value == null ? "-" : value).append('\n');
    }
}
