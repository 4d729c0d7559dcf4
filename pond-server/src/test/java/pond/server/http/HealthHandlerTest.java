package pond.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pond.common.api.HealthView;
import pond.testing.TestHttp;

class HealthHandlerTest {
    private static final String NO_WARNINGS = ",\"warnings\":{},\"lastBackupAt\":\"1970-01-01T00:00:00.000Z\"}";

    private volatile Optional<String> fault = Optional.empty();
    private volatile Optional<String> warning = Optional.empty();
    private final TestHttp http = TestHttp.start((routes, answers) -> {
        List<ReadyCheck> checks = List.of(new ReadyCheck("database", () -> fault), new ReadyCheck("odd", () -> {
            if (fault.isPresent()) {
                throw new IllegalStateException("/secret/path");
            }
            return Optional.empty();
        }));
        HealthHandler.Advice advice = new HealthHandler.Advice(
                List.of(new ReadyCheck("backup", () -> warning)), () -> Optional.of(Instant.EPOCH));
        new HealthHandler(answers, new HealthView("ok", "staging", "1.2.3"), checks, advice).register(routes);
    });

    @AfterEach
    void stop() {
        http.close();
    }

    @Test
    void healthNeedsNothing() {
        assertThat(http.get("/health").body())
                .isEqualTo("{\"status\":\"ok\",\"label\":\"staging\",\"version\":\"1.2.3\"}");
    }

    @Test
    void readyNamesEachCheckAndIsUnavailableWhenOneFails() {
        assertThat(http.get("/health/ready").body())
                .isEqualTo("{\"ready\":true,\"checks\":{\"database\":\"ok\",\"odd\":\"ok\"}" + NO_WARNINGS);

        fault = Optional.of("the queue is full");
        HttpResponse<String> response = http.get("/health/ready");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
        assertThat(response.body())
                .isEqualTo("{\"ready\":false,\"checks\":{\"database\":\"the queue is full\","
                        + "\"odd\":\"the check failed\"}" + NO_WARNINGS);
    }

    @Test
    void aWarningIsToldAndTakesNoServerOutOfService() {
        warning = Optional.of("it is old");
        HttpResponse<String> response = http.get("/health/ready");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("\"ready\":true", "\"warnings\":{\"backup\":\"it is old\"}");
    }
}
