package pond.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerConfigTest {
    private static final String KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    private static final String LONG_TOKEN = "0123456789abcdef";

    @Test
    void defaults() {
        ServerConfig config = from(Map.of());

        assertThat(config.host()).isEqualTo("127.0.0.1");
        assertThat(config.port()).isEqualTo(8001);
        assertThat(config.stateDir()).isEqualTo(Path.of(".pond-state"));
        assertThat(config.envLabel()).isEmpty();
        assertThat(config.otelConsole()).isFalse();
        assertThat(config.openTelemetry()).isEmpty();
        assertThat(config.publicUrl()).isEmpty();
        assertThat(config.serviceToken()).isEmpty();
        assertThat(config.sourceKey()).isEmpty();
        assertThat(config.auth0Domain()).isEmpty();
        assertThat(config.auth0Audience()).isEmpty();
        assertThat(config.adminSubjects()).isEmpty();
        assertThat(config.localSourceRoot()).isEmpty();
        assertThat(config.sourceAllowedHosts()).isEmpty();
        assertThat(config.webhookAllowedHosts()).isEmpty();
        assertThat(config.tarballMaxBytes()).isEqualTo(1L << 30);
        assertThat(config.bundleMaxBytes()).isEqualTo(2L << 30);
        assertThat(config.artifactMaxBytes()).isEqualTo(1L << 30);
        assertThat(config.logMaxBytes()).isEqualTo(64L << 20);
        assertThat(config.diskFloorBytes()).isEqualTo(512L << 20);
        assertThat(config.projectMaxQueuedRuns()).isZero();
        assertThat(config.projectMaxRunningJobs()).isZero();
        assertThat(config.projectMaxBytes()).isZero();
        assertThat(config.authFailuresPerMinute()).isEqualTo(60);
        assertThat(config.trustedProxies()).isEmpty();
        assertThat(config.backupDir()).isEmpty();
        assertThat(config.backupEvery()).isEqualTo(Duration.ofDays(1));
        assertThat(config.backupKeep()).isEqualTo(7);
        assertThat(config.backupMaxAge()).isEmpty();
        assertThat(config.upgradeCopy()).isTrue();
        assertThat(config.noWorkerGrace()).isEqualTo(Duration.ofSeconds(90));
        assertThat(config.lease()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.cancelGrace()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.runMax()).isEqualTo(Duration.ofDays(1));
        assertThat(config.requireSandbox()).isFalse();
        assertThat(config.unconfinedShell()).isEqualTo(UnconfinedShell.SERVICE);
        assertThat(config.requiredRunLabels()).isEmpty();
        assertThat(config.localExecutors()).containsExactlyInAnyOrder("noop", "builtin", "shell");
        assertThat(config.localConcurrency()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void whatBeginsWithOtelIsLeftToOpenTelemetry() {
        Map<String, String> otel = Map.of("OTEL_SERVICE_NAME", "x", "OTEL_UNHEARD_OF", "");
        ServerConfig config = from(otel);

        assertThat(config.openTelemetry()).isEqualTo(otel);
        assertThat(config.warnings()).isEmpty();
        assertThat(config.lines()).noneMatch(line -> line.contains("OTEL_SERVICE"));
    }

    @Test
    void everySettingChanged() {
        Map<String, String> env = changed();
        ServerConfig config = from(env);

        assertThat(env.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Settings.ALL.stream().map(Setting::name).toList());
        assertThat(config.host()).isEqualTo("::1");
        assertThat(config.port()).isZero();
        assertThat(config.stateDir()).isEqualTo(Path.of("/var/lib/pond"));
        assertThat(config.envLabel()).contains("staging");
        assertThat(config.otelConsole()).isTrue();
        assertThat(config.publicUrl()).contains(URI.create("https://pond.example.org/base"));
        assertThat(config.serviceToken()).contains(LONG_TOKEN);
        assertThat(config.sourceKey().orElseThrow()).hasSize(32).startsWith(0, 1, 2);
        assertThat(config.auth0Domain()).contains(new Auth0Domain("https://acme.eu.auth0.com/", false));
        assertThat(config.auth0Audience()).contains("https://pond.example.org");
        assertThat(config.adminSubjects()).containsExactlyInAnyOrder("auth0|1", "x@clients");
        assertThat(config.retentionRuns()).contains(Duration.ofDays(10));
        assertThat(config.retentionLogs()).contains(Duration.ofDays(10));
        assertThat(config.retentionArtifacts()).contains(Duration.ofDays(9));
        assertThat(config.retentionProjectMaxBytes()).isEmpty();
        assertThat(config.localSourceRoot()).contains(Path.of("/src"));
        assertThat(config.sourceAllowedHosts()).containsExactlyInAnyOrder("git.local", "10.0.0.1");
        assertThat(config.webhookAllowedHosts()).containsExactly("hooks.local:8080");
        assertThat(config.tarballMaxBytes()).isEqualTo(1);
        assertThat(config.bundleMaxBytes()).isEqualTo(2 << 10);
        assertThat(config.artifactMaxBytes()).isEqualTo(3 << 20);
        assertThat(config.logMaxBytes()).isEqualTo(4L << 30);
        assertThat(config.diskFloorBytes()).isEqualTo(5L << 20);
        assertThat(config.projectMaxQueuedRuns()).isEqualTo(6);
        assertThat(config.projectMaxRunningJobs()).isEqualTo(7);
        assertThat(config.projectMaxBytes()).isEqualTo(8L << 30);
        assertThat(config.authFailuresPerMinute()).isEqualTo(9);
        assertThat(config.trustedProxies()).extracting(Object::toString).containsExactly("127.0.0.0/8", "fd00::/8");
        assertThat(config.backupDir()).contains(Path.of("/backups"));
        assertThat(config.backupEvery()).isEqualTo(Duration.ofHours(1));
        assertThat(config.backupKeep()).isEqualTo(2);
        assertThat(config.backupMaxAge()).contains(Duration.ofHours(3));
        assertThat(config.upgradeCopy()).isFalse();
        assertThat(config.noWorkerGrace()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.lease()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.cancelGrace()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.runMax()).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.requireSandbox()).isTrue();
        assertThat(config.unconfinedShell()).isEqualTo(UnconfinedShell.NONE);
        assertThat(config.requiredRunLabels()).containsExactlyInAnyOrder("team", "cost/center");
        assertThat(config.localExecutors()).isEmpty();
        assertThat(config.localConcurrency()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POND_HOST | no spaces",
                "POND_PORT | 65536",
                "POND_PORT | -1",
                "POND_PORT | http",
                "POND_STATE_DIR | a\0b",
                "POND_DATABASE_URL | postgresql://localhost/pond",
                "POND_PUBLIC_URL | pond.example.org",
                "POND_PUBLIC_URL | ftp://pond.example.org",
                "POND_PUBLIC_URL | https://user@pond.example.org",
                "POND_LOG_LEVEL | loud",
                "POND_LOG_FORMAT | xml",
                "POND_OTEL_CONSOLE | yes",
                "POND_SERVICE_TOKEN | two words",
                "POND_SERVICE_TOKEN | ünïcode",
                "POND_SOURCE_KEY | c2hvcnQ",
                "POND_SOURCE_KEY | not+base64/url",
                "AUTH0_DOMAIN | acme",
                "AUTH0_DOMAIN | https://acme.eu.auth0.com/",
                "AUTH0_DOMAIN | acme.eu.auth0.com/x",
                "AUTH0_DOMAIN | acme.eu.auth0.com:443",
                "AUTH0_DOMAIN | 10.0.0.1",
                "AUTH0_DOMAIN | http://acme.eu.auth0.com",
                "AUTH0_DOMAIN | http://127.0.0.1",
                "AUTH0_DOMAIN | http://127.0.0.1:0",
                "AUTH0_DOMAIN | http://127.0.0.1:65536",
                "AUTH0_DOMAIN | http://127.0.0.1:1/x",
                "AUTH0_DOMAIN | http://127.0.0.1:1@evil.org",
                "AUTH0_DOMAIN | http://localhost:1",
                "AUTH0_DOMAIN | http://10.0.0.1:1",
                "AUTH0_AUDIENCE | two words",
                "POND_ADMIN_AUTH0_SUBS | one two",
                "POND_LOCAL_SOURCE_ROOT | a\0b",
                "POND_SOURCE_ALLOWED_HOSTS | https://git.local",
                "POND_WEBHOOK_ALLOWED_HOSTS | http://hooks.local",
                "POND_TARBALL_MAX_BYTES | 0",
                "POND_TARBALL_MAX_BYTES | 1t",
                "POND_TARBALL_MAX_BYTES | 1.5g",
                "POND_BUNDLE_MAX_BYTES | -1",
                "POND_ARTIFACT_MAX_BYTES | 999999999999999999g",
                "POND_LOG_MAX_BYTES | much",
                "POND_DISK_FLOOR_BYTES | 00",
                "POND_DISK_FLOOR_BYTES | 5%",
                "POND_PROJECT_MAX_QUEUED_RUNS | -1",
                "POND_PROJECT_MAX_RUNNING_JOBS | many",
                "POND_PROJECT_MAX_BYTES | 1t",
                "POND_AUTH_FAILURES_PER_MIN | 1.5",
                "POND_TRUSTED_PROXIES | proxy.example.org",
                "POND_TRUSTED_PROXIES | 10.0.0.1/8",
                "POND_BACKUP_EVERY_HOURS | 8761",
                "POND_BACKUP_KEEP | 0",
                "POND_BACKUP_MAX_AGE_HOURS | 1.5",
                "POND_UPGRADE_COPY | no",
                "POND_RETENTION_RUNS_DAYS | 0",
                "POND_RETENTION_LOGS_DAYS | 36501",
                "POND_RETENTION_ARTIFACTS_DAYS | never",
                "POND_RETENTION_PROJECT_MAX_BYTES | 0",
                "POND_DISPATCH_NO_WORKER_GRACE_SEC | 0",
                "POND_LEASE_SEC | 30s",
                "POND_CANCEL_GRACE_SEC | 1e3",
                "POND_RUN_MAX_SEC | 31536001",
                "POND_REQUIRE_SANDBOX | yes",
                "POND_UNCONFINED_SHELL | some",
                "POND_REQUIRED_RUN_LABELS | a b",
                "POND_LOCAL_EXECUTORS | noop,swarm",
                "POND_LOCAL_CONCURRENCY | 0",
            })
    void aMalformedValueIsRefusedInOneLineThatNamesTheVariable(String name, String value) {
        assertThatThrownBy(() -> from(Map.of(name, value)))
                .isInstanceOf(SettingException.class)
                .hasMessageStartingWith(name + " takes ")
                .satisfies(e -> assertThat(e).message().doesNotContain("\n"))
                .satisfies(e -> {
                    if (name.equals("POND_SERVICE_TOKEN") || name.equals("POND_SOURCE_KEY")) {
                        assertThat(e).message().doesNotContain(value);
                    }
                });
    }

    @Test
    void aTenantNeedsAnAudienceAndAdmins() {
        String domain = "acme.eu.auth0.com";

        assertThatThrownBy(() -> from(Map.of("AUTH0_DOMAIN", domain, "POND_ADMIN_AUTH0_SUBS", "auth0|1")))
                .isInstanceOf(SettingException.class)
                .hasMessageStartingWith("AUTH0_AUDIENCE must be set when AUTH0_DOMAIN names a tenant")
                .satisfies(e -> assertThat(e).message().doesNotContain("\n"));
        assertThatThrownBy(() ->
                        from(Map.of("AUTH0_DOMAIN", domain, "AUTH0_AUDIENCE", "a", "POND_ADMIN_AUTH0_SUBS", " , ")))
                .isInstanceOf(SettingException.class)
                .hasMessageStartingWith("POND_ADMIN_AUTH0_SUBS must be set when AUTH0_DOMAIN names a tenant");
    }

    @Test
    void anIssuerOnThisMachineNeedsNeitherAndIsTakenAsItStands() {
        for (String issuer : List.of("http://127.0.0.1:9000", "http://127.0.0.1:9000/")) {
            assertThat(from(Map.of("AUTH0_DOMAIN", issuer)).warnings())
                    .singleElement()
                    .asString()
                    .startsWith("AUTH0_DOMAIN is an issuer on this machine, which is for development");
            assertThat(from(Map.of("AUTH0_DOMAIN", issuer)).auth0Domain()).hasValueSatisfying(domain -> {
                assertThat(domain.issuer()).isEqualTo(issuer);
                assertThat(domain.keySet()).isEqualTo(URI.create("http://127.0.0.1:9000/.well-known/jwks.json"));
            });
        }
        assertThat(new Auth0Domain("https://acme.eu.auth0.com/", false).keySet())
                .isEqualTo(URI.create("https://acme.eu.auth0.com/.well-known/jwks.json"));
    }

    @Test
    void partsOfATenantWithoutItAreWarnedAbout() {
        assertThat(from(Map.of("AUTH0_AUDIENCE", "a", "POND_ADMIN_AUTH0_SUBS", "auth0|1"))
                        .warnings())
                .hasSize(2)
                .allSatisfy(warning -> assertThat(warning).contains("has no effect without AUTH0_DOMAIN"));
    }

    @Test
    void flagsWinOverTheEnvironment() {
        assertThat(ServerConfig.from(Map.of("POND_PORT", "1"), Map.of("POND_PORT", "2"))
                        .port())
                .isEqualTo(2);
    }

    @Test
    void anEmptyVariableIsUnset() {
        Map<String, String> env = new HashMap<>();
        Settings.ALL.forEach(setting -> env.put(setting.name(), ""));
        ServerConfig config = from(env);

        assertThat(config.port()).isEqualTo(8001);
        assertThat(config.host()).isEqualTo("127.0.0.1");
        assertThat(config.serviceToken()).isEmpty();
        assertThat(config.localSourceRoot()).isEmpty();
        assertThat(config.localExecutors()).isEmpty();
    }

    @Test
    void aSecretComesFromAFileOrTheEnvironmentButNotBoth(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "  " + LONG_TOKEN + "\n");

        ServerConfig byFile = from(Map.of("POND_SERVICE_TOKEN_FILE", file.toString()));
        assertThat(byFile.serviceToken()).contains(LONG_TOKEN);
        assertThat(byFile.warnings()).isEmpty();
        assertThat(from(Map.of("POND_SERVICE_TOKEN", LONG_TOKEN)).warnings())
                .singleElement()
                .asString()
                .startsWith("POND_SERVICE_TOKEN came by environment");
        assertThatThrownBy(() -> from(Map.of("POND_SERVICE_TOKEN", "x", "POND_SERVICE_TOKEN_FILE", file.toString())))
                .hasMessage("POND_SERVICE_TOKEN and POND_SERVICE_TOKEN_FILE are both set; give one of the two");
        assertThatThrownBy(() -> from(
                        Map.of("POND_SERVICE_TOKEN_FILE", folder.resolve("none").toString())))
                .hasMessageStartingWith("POND_SERVICE_TOKEN_FILE names a file that cannot be read");
    }

    @Test
    void unknownNamesAndDoubtfulValuesAreWarnedAbout() {
        assertThat(from(Map.of(
                                "POND_PROT", "1",
                                "POND_WORKER_NAME", "x",
                                "POND_URL", "x",
                                "POND_TOKEN", "x",
                                "PATH", "/bin"))
                        .warnings())
                .containsExactly("POND_PROT is not a setting and has no effect; did you mean POND_PORT?");
        assertThat(from(Map.of("POND_HOST", "0.0.0.0")).warnings())
                .singleElement()
                .asString()
                .contains("put a proxy with TLS in front");
        assertThat(from(Map.of("POND_SERVICE_TOKEN", "short")).warnings())
                .anySatisfy(warning -> assertThat(warning).contains("short enough to be guessed"));
    }

    @Test
    void linesShowEverySettingAndNoSecret() {
        List<String> lines = from(changed()).lines();

        assertThat(lines)
                .hasSameSizeAs(Settings.ALL)
                .contains("POND_LEASE_SEC: 2", "POND_SERVICE_TOKEN: set", "POND_SOURCE_KEY: set");
        assertThat(String.join("\n", lines)).doesNotContain(LONG_TOKEN, KEY);
        assertThat(from(Map.of()).lines()).contains("POND_LEASE_SEC: 30 (default)", "POND_SERVICE_TOKEN: unset");
    }

    @Test
    void theDocumentationHasThisTableAndNoOther() throws IOException {
        List<String> rows = Settings.ALL.stream()
                .map(setting -> "| `" + setting.name() + "` | " + setting.takes() + " | "
                        + (setting.byDefault().isEmpty() ? "unset" : setting.byDefault()) + " | " + setting.sentence()
                        + " |")
                .toList();
        try (InputStream in =
                Objects.requireNonNull(getClass().getResourceAsStream("/docs/configuration.md"), "the document")) {
            String document = new String(in.readAllBytes(), StandardCharsets.UTF_8);

            assertThat(document.lines().filter(line -> line.startsWith("| `"))).containsExactlyElementsOf(rows);
        }
    }

    private static ServerConfig from(Map<String, String> env) {
        return ServerConfig.from(env, Map.of());
    }

    private static Map<String, String> changed() {
        return Map.ofEntries(
                Map.entry("POND_HOST", "::1"),
                Map.entry("POND_PORT", "0"),
                Map.entry("POND_STATE_DIR", "/var/lib/pond"),
                Map.entry("POND_DATABASE_URL", "sqlite"),
                Map.entry("POND_ENV_LABEL", "staging"),
                Map.entry("POND_PUBLIC_URL", "https://pond.example.org/base"),
                Map.entry("POND_LOG_LEVEL", "debug"),
                Map.entry("POND_LOG_FORMAT", "json"),
                Map.entry("POND_OTEL_CONSOLE", "1"),
                Map.entry("POND_SERVICE_TOKEN", LONG_TOKEN),
                Map.entry("POND_SOURCE_KEY", KEY),
                Map.entry("AUTH0_DOMAIN", "Acme.eu.auth0.com"),
                Map.entry("AUTH0_AUDIENCE", "https://pond.example.org"),
                Map.entry("POND_ADMIN_AUTH0_SUBS", "auth0|1, x@clients"),
                Map.entry("POND_LOCAL_SOURCE_ROOT", "/src"),
                Map.entry("POND_SOURCE_ALLOWED_HOSTS", "git.local, 10.0.0.1,"),
                Map.entry("POND_WEBHOOK_ALLOWED_HOSTS", "hooks.local:8080"),
                Map.entry("POND_TARBALL_MAX_BYTES", "1"),
                Map.entry("POND_BUNDLE_MAX_BYTES", "2k"),
                Map.entry("POND_ARTIFACT_MAX_BYTES", "3M"),
                Map.entry("POND_LOG_MAX_BYTES", "4g"),
                Map.entry("POND_DISK_FLOOR_BYTES", "5m"),
                Map.entry("POND_PROJECT_MAX_QUEUED_RUNS", "6"),
                Map.entry("POND_PROJECT_MAX_RUNNING_JOBS", "7"),
                Map.entry("POND_PROJECT_MAX_BYTES", "8g"),
                Map.entry("POND_AUTH_FAILURES_PER_MIN", "9"),
                Map.entry("POND_TRUSTED_PROXIES", "fd00::/8, 127.0.0.0/8"),
                Map.entry("POND_BACKUP_DIR", "/backups"),
                Map.entry("POND_BACKUP_EVERY_HOURS", "1"),
                Map.entry("POND_BACKUP_KEEP", "2"),
                Map.entry("POND_BACKUP_MAX_AGE_HOURS", "3"),
                Map.entry("POND_UPGRADE_COPY", "false"),
                Map.entry("POND_RETENTION_RUNS_DAYS", "10"),
                Map.entry("POND_RETENTION_LOGS_DAYS", "10"),
                Map.entry("POND_RETENTION_ARTIFACTS_DAYS", "9"),
                Map.entry("POND_RETENTION_PROJECT_MAX_BYTES", "unlimited"),
                Map.entry("POND_DISPATCH_NO_WORKER_GRACE_SEC", "1"),
                Map.entry("POND_LEASE_SEC", "2"),
                Map.entry("POND_CANCEL_GRACE_SEC", "3"),
                Map.entry("POND_RUN_MAX_SEC", "4"),
                Map.entry("POND_REQUIRE_SANDBOX", "true"),
                Map.entry("POND_UNCONFINED_SHELL", "none"),
                Map.entry("POND_REQUIRED_RUN_LABELS", "team,cost/center"),
                Map.entry("POND_LOCAL_EXECUTORS", ""),
                Map.entry("POND_LOCAL_CONCURRENCY", "7"));
    }
}
