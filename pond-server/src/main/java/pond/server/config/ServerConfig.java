package pond.server.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pond.common.net.AddressRange;

/**
 * The effective settings of a server: what was given by flag or environment, and defaults for the rest. What each is for
 * is said where it is declared, in {@code Settings}. Immutable.
 */
public final class ServerConfig {
    private static final Duration RETENTION_OF_PARTS = Duration.ofDays(30);

    private final SettingReader given;

    private ServerConfig(SettingReader given) {
        this.given = given;
    }

    /**
     * Reads all settings.
     *
     * @param env the environment; names that are no settings have no effect
     * @param flags values from the command line by the name of their variable; they win over the environment
     * @throws SettingException for the first value that cannot be taken, or is missing beside another
     */
    public static ServerConfig from(Map<String, String> env, Map<String, String> flags) {
        ServerConfig config = new ServerConfig(SettingReader.read(env, flags));
        config.requireWholeTenant();
        config.requireWithinRuns(StorageSettings.RETENTION_LOGS);
        config.requireWithinRuns(StorageSettings.RETENTION_ARTIFACTS);
        return config;
    }

    /** A tenant signs tokens for all its applications and all its users: without these two each would be good here. */
    private void requireWholeTenant() {
        boolean tenant = auth0Domain().filter(domain -> !domain.loopback()).isPresent();
        if (tenant && auth0Audience().isEmpty()) {
            throw missing(Settings.AUTH0_AUDIENCE, "tokens for the tenant's other applications");
        }
        if (tenant && adminSubjects().isEmpty()) {
            throw missing(Settings.ADMIN_AUTH0_SUBS, "tokens of everybody with an account there");
        }
    }

    /** What belongs to a run goes with it at the latest; a longer time would be a promise that is not kept. */
    private void requireWithinRuns(Setting<Optional<Duration>> part) {
        Optional<Duration> runs = retentionRuns();
        boolean longer = runs.isPresent()
                && given.find(part)
                        .filter(days -> days.isEmpty() || days.get().compareTo(runs.get()) > 0)
                        .isPresent();
        if (longer) {
            throw new SettingException(part.name() + " must not be longer than " + StorageSettings.RETENTION_RUNS.name()
                    + ", which is " + runs.get().toDays() + " days");
        }
    }

    private static SettingException missing(Setting<?> setting, String otherwise) {
        return new SettingException(setting.name() + " must be set when " + Settings.AUTH0_DOMAIN.name()
                + " names a tenant, or " + otherwise + " would be good here; it takes " + setting.takes());
    }

    public String host() {
        return given.orDefault(Settings.HOST);
    }

    public int port() {
        return given.orDefault(Settings.PORT);
    }

    public Path stateDir() {
        return given.orDefault(Settings.STATE_DIR);
    }

    public Optional<String> envLabel() {
        return given.find(Settings.ENV_LABEL).filter(label -> !label.isBlank());
    }

    /** Whether spans and metrics go to the log as well. */
    public boolean otelConsole() {
        return given.orDefault(Settings.OTEL_CONSOLE);
    }

    /** The variables of OpenTelemetry, whose own they are: everything that begins with {@code OTEL_}. */
    public Map<String, String> openTelemetry() {
        return given.openTelemetry();
    }

    public Optional<URI> publicUrl() {
        return given.find(Settings.PUBLIC_URL);
    }

    public Optional<String> serviceToken() {
        return given.find(Settings.SERVICE_TOKEN);
    }

    /** 32 bytes, when the operator gave them; {@link SourceKeyFile} has them otherwise. */
    public Optional<byte[]> sourceKey() {
        return given.find(Settings.SOURCE_KEY).map(byte[]::clone);
    }

    public Optional<Auth0Domain> auth0Domain() {
        return given.find(Settings.AUTH0_DOMAIN);
    }

    public Optional<String> auth0Audience() {
        return given.find(Settings.AUTH0_AUDIENCE);
    }

    /** The {@code sub} of each admin; empty: whoever the issuer signs for, which only a loopback issuer may have. */
    public Set<String> adminSubjects() {
        return given.orDefault(Settings.ADMIN_AUTH0_SUBS);
    }

    public Optional<Path> localSourceRoot() {
        return given.find(Settings.LOCAL_SOURCE_ROOT);
    }

    public Set<String> sourceAllowedHosts() {
        return given.orDefault(Settings.SOURCE_ALLOWED_HOSTS);
    }

    public Set<String> webhookAllowedHosts() {
        return given.orDefault(Settings.WEBHOOK_ALLOWED_HOSTS);
    }

    public long tarballMaxBytes() {
        return given.orDefault(Settings.TARBALL_MAX_BYTES);
    }

    public long bundleMaxBytes() {
        return given.orDefault(Settings.BUNDLE_MAX_BYTES);
    }

    public long artifactMaxBytes() {
        return given.orDefault(Settings.ARTIFACT_MAX_BYTES);
    }

    /** Bytes of log text per job. */
    public long logMaxBytes() {
        return given.orDefault(Settings.LOG_MAX_BYTES);
    }

    /** Bytes that are to stay free on the disk of the state folder; 0: nobody looks. */
    public long diskFloorBytes() {
        return given.orDefault(LimitSettings.DISK_FLOOR);
    }

    /** 0 is no bound, here and in those that follow. */
    public int projectMaxQueuedRuns() {
        return given.orDefault(LimitSettings.PROJECT_QUEUED_RUNS);
    }

    public int projectMaxRunningJobs() {
        return given.orDefault(LimitSettings.PROJECT_RUNNING_JOBS);
    }

    public long projectMaxBytes() {
        return given.orDefault(LimitSettings.PROJECT_BYTES);
    }

    public int authFailuresPerMinute() {
        return given.orDefault(LimitSettings.AUTH_FAILURES);
    }

    public List<AddressRange> trustedProxies() {
        return given.orDefault(LimitSettings.TRUSTED_PROXIES);
    }

    /** Empty: the server takes no backups by itself. */
    public Optional<Path> backupDir() {
        return given.find(StorageSettings.BACKUP_DIR);
    }

    public Duration backupEvery() {
        return given.orDefault(StorageSettings.BACKUP_EVERY);
    }

    public int backupKeep() {
        return given.orDefault(StorageSettings.BACKUP_KEEP);
    }

    /** Empty: no backup is too old. */
    public Optional<Duration> backupMaxAge() {
        return given.find(StorageSettings.BACKUP_MAX_AGE);
    }

    public boolean upgradeCopy() {
        return given.orDefault(StorageSettings.UPGRADE_COPY);
    }

    /** From the end of a run on; empty: for ever. */
    public Optional<Duration> retentionRuns() {
        return given.orDefault(StorageSettings.RETENTION_RUNS);
    }

    /** As {@link #retentionRuns}, and not longer. */
    public Optional<Duration> retentionLogs() {
        return given.find(StorageSettings.RETENTION_LOGS).orElseGet(this::retentionOfParts);
    }

    /** As {@link #retentionRuns}, and not longer. */
    public Optional<Duration> retentionArtifacts() {
        return given.find(StorageSettings.RETENTION_ARTIFACTS).orElseGet(this::retentionOfParts);
    }

    private Optional<Duration> retentionOfParts() {
        return retentionRuns()
                .filter(runs -> runs.compareTo(RETENTION_OF_PARTS) < 0)
                .or(() -> Optional.of(RETENTION_OF_PARTS));
    }

    /** Of logs and artifacts of one project; empty: unlimited. */
    public Optional<Long> retentionProjectMaxBytes() {
        return given.orDefault(StorageSettings.RETENTION_PROJECT_MAX_BYTES);
    }

    public Duration noWorkerGrace() {
        return given.orDefault(Settings.NO_WORKER_GRACE);
    }

    public Duration lease() {
        return given.orDefault(Settings.LEASE);
    }

    public Duration cancelGrace() {
        return given.orDefault(Settings.CANCEL_GRACE);
    }

    public Duration runMax() {
        return given.orDefault(Settings.RUN_MAX);
    }

    public boolean requireSandbox() {
        return given.orDefault(Settings.REQUIRE_SANDBOX);
    }

    public UnconfinedShell unconfinedShell() {
        return given.orDefault(Settings.UNCONFINED_SHELL);
    }

    public Set<String> requiredRunLabels() {
        return given.orDefault(Settings.REQUIRED_RUN_LABELS);
    }

    /** Of {@code noop}, {@code builtin}, {@code shell}; empty: the server runs nothing itself. */
    public Set<String> localExecutors() {
        return given.orDefault(Settings.LOCAL_EXECUTORS);
    }

    public int localConcurrency() {
        return given.find(Settings.LOCAL_CONCURRENCY)
                .orElseGet(() -> Runtime.getRuntime().availableProcessors());
    }

    /** What the operator should know at the start, a line each: doubtful values and names that are not settings. */
    public List<String> warnings() {
        return SettingWarnings.of(this, given);
    }

    /** Every setting with its effective value, a line each; secrets as set or unset. */
    public List<String> lines() {
        return Settings.ALL.stream().map(given::line).toList();
    }
}
