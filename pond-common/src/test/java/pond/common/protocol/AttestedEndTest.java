package pond.common.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import pond.common.ids.ArtifactName;
import pond.common.ids.JobId;
import pond.common.ids.RunId;
import pond.common.protocol.Completion.Produced;

class AttestedEndTest {
    private static final RunId RUN = RunId.of("01890a5d-1111-774b-bcce-b302099a8057");
    private static final JobId JOB = JobId.of("01890a5d-ac96-774b-bcce-b302099a8057");
    private static final Produced A = new Produced(new ArtifactName("a"), "aa");
    private static final Produced B = new Produced(new ArtifactName("b c"), "bb");

    @Test
    void anEndHasOneText() {
        assertThat(text(end(List.of(B, A)))).isEqualTo("""
                        pond attestation 1
                        run 01890a5d-1111-774b-bcce-b302099a8057
                        stage fix
                        substage -
                        attempt 2
                        job 01890a5d-ac96-774b-bcce-b302099a8057
                        result failed
                        exit 3
                        error agent_failed
                        artifact aa a
                        artifact bb b c
                        usage 1 2 3 4 5 6
                        """);
    }

    @Test
    void theOrderOfArtifactsDoesNotMatter() {
        assertThat(end(List.of(A, B)).bytes()).isEqualTo(end(List.of(B, A)).bytes());
    }

    private static AttestedEnd end(List<Produced> artifacts) {
        return new AttestedEnd(
                RUN,
                "fix",
                null,
                2,
                JOB,
                Outcome.failed("agent_failed", "not signed", 3),
                artifacts,
                new UsageTotals(1, 2, 3, 4, 5, 6));
    }

    private static String text(AttestedEnd end) {
        return new String(end.bytes(), StandardCharsets.UTF_8);
    }
}
