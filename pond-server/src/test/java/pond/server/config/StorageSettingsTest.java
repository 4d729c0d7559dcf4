package pond.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StorageSettingsTest {
    @Test
    void partsOfARunAreNotKeptLongerThanTheRun() {
        ServerConfig usual = from(Map.of());
        ServerConfig shorter = from(Map.of("POND_RETENTION_RUNS_DAYS", "7"));
        ServerConfig endless = from(Map.of("POND_RETENTION_RUNS_DAYS", "unlimited"));

        assertThat(usual.retentionRuns()).contains(Duration.ofDays(90));
        assertThat(usual.retentionLogs()).contains(Duration.ofDays(30));
        assertThat(usual.retentionProjectMaxBytes()).contains(20L << 30);
        assertThat(shorter.retentionLogs()).contains(Duration.ofDays(7));
        assertThat(shorter.retentionArtifacts()).contains(Duration.ofDays(7));
        assertThat(endless.retentionRuns()).isEmpty();
        assertThat(endless.retentionLogs()).contains(Duration.ofDays(30));
        for (String longer : List.of("8", "unlimited")) {
            assertThatThrownBy(() ->
                            from(Map.of("POND_RETENTION_RUNS_DAYS", "7", "POND_RETENTION_ARTIFACTS_DAYS", longer)))
                    .isInstanceOf(SettingException.class)
                    .hasMessage("POND_RETENTION_ARTIFACTS_DAYS must not be longer than POND_RETENTION_RUNS_DAYS,"
                            + " which is 7 days");
        }
    }

    private static ServerConfig from(Map<String, String> env) {
        return ServerConfig.from(env, Map.of());
    }
}
