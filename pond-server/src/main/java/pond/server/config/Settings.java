package pond.server.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * The settings of the server, each declared here and nowhere else: the variable, what it takes, its default, and what it
 * is for. The table in {@code docs/configuration.md} says the same, and a test compares the two.
 */
public final class Settings {
    private static final String A_SIZE = "a number of bytes such as 1048576, 512k, 64m or 2g";

    public static final Setting<String> HOST =
            plain("POND_HOST", "a host name or address", "127.0.0.1", "Where to listen.", SettingValues::host);
    public static final Setting<Integer> PORT =
            integer("POND_PORT", 0, 65_535, "8001", "The TCP port to listen on; 0 takes a free one.");
    public static final Setting<Path> STATE_DIR = plain(
            "POND_STATE_DIR",
            "a folder",
            ".pond-state",
            "Everything that the server keeps is in this folder.",
            Path::of);
    public static final Setting<String> DATABASE_URL = plain(
            "POND_DATABASE_URL",
            "sqlite, which is SQLite in the state folder; no other database is supported",
            "sqlite",
            "Where runs are stored.",
            text -> SettingValues.oneOf(text, "sqlite"));
    public static final Setting<String> ENV_LABEL = plain(
            "POND_ENV_LABEL",
            "any text",
            "",
            "A name for this installation, such as staging; shown by /health.",
            text -> text);
    public static final Setting<URI> PUBLIC_URL = plain(
            "POND_PUBLIC_URL",
            "an http or https URL",
            "",
            "How callers reach the server, when that is through a proxy.",
            SettingValues::url);
    public static final Setting<String> LOG_LEVEL = plain(
            "POND_LOG_LEVEL",
            "one of error, warn, info, debug",
            "info",
            "How much the server's own log says; debug has a line for each request.",
            text -> SettingValues.oneOf(text, "error", "warn", "info", "debug"));

    public static final Setting<String> LOG_FORMAT = plain(
            "POND_LOG_FORMAT",
            "one of text, json",
            "text",
            "How the server's own log is written: for people, or as one JSON object a line.",
            text -> SettingValues.oneOf(text, "text", "json"));
    public static final Setting<Boolean> OTEL_CONSOLE = plain(
            "POND_OTEL_CONSOLE",
            "1 or 0",
            "0",
            "Write spans and metrics to the log, to see what a collector would be sent.",
            text -> SettingValues.oneOf(text, "1", "0").equals("1"));

    public static final Setting<String> SERVICE_TOKEN = secret(
            "POND_SERVICE_TOKEN",
            "1 to 512 visible ASCII characters",
            "",
            "The first party's token, good for every project; unset, there is no first-party access.",
            SettingValues::token);
    public static final Setting<byte[]> SOURCE_KEY = secret(
            "POND_SOURCE_KEY",
            "32 bytes in url-safe base64",
            "made once, in source.key in the state folder",
            "Seals the credentials of sources; whoever restores a backup needs it.",
            SettingValues::key);

    public static final Setting<Auth0Domain> AUTH0_DOMAIN = plain(
            "AUTH0_DOMAIN",
            "a tenant's domain such as acme.eu.auth0.com, or http://127.0.0.1:PORT for development",
            "",
            "The Auth0 tenant whose admins mint keys; unset, the service token is the admin.",
            Auth0Domain::of);
    public static final Setting<String> AUTH0_AUDIENCE = plain(
            "AUTH0_AUDIENCE",
            "1 to 512 visible ASCII characters",
            "",
            "The audience that an admin's access token must have; a tenant needs it.",
            SettingValues::token);
    public static final Setting<Set<String>> ADMIN_AUTH0_SUBS = plain(
            "POND_ADMIN_AUTH0_SUBS",
            "Auth0 user ids with commas between",
            "",
            "Who is an admin, by the sub of the access token; a tenant needs it.",
            SettingValues::subjects);

    public static final Setting<Path> LOCAL_SOURCE_ROOT = plain(
            "POND_LOCAL_SOURCE_ROOT",
            "a folder",
            "",
            "Sources of kind folder must be below it; unset, they are refused.",
            SettingValues::path);
    public static final Setting<Set<String>> SOURCE_ALLOWED_HOSTS = plain(
            "POND_SOURCE_ALLOWED_HOSTS",
            "host names with commas between",
            "",
            "Hosts that sources may come from although their address is private or loopback, or their URL plain http.",
            SettingValues::hosts);
    public static final Setting<Set<String>> WEBHOOK_ALLOWED_HOSTS = plain(
            "POND_WEBHOOK_ALLOWED_HOSTS",
            "host names with commas between",
            "",
            "Hosts that callbacks may go to although their address is private or loopback, or their URL plain http.",
            SettingValues::hosts);
    public static final Setting<Long> TARBALL_MAX_BYTES =
            bytes("POND_TARBALL_MAX_BYTES", "1g", "The largest tarball that is fetched as a source.");
    public static final Setting<Long> BUNDLE_MAX_BYTES =
            bytes("POND_BUNDLE_MAX_BYTES", "2g", "The largest bundle of a run's sources, unpacked.");
    public static final Setting<Long> ARTIFACT_MAX_BYTES =
            bytes("POND_ARTIFACT_MAX_BYTES", "1g", "What the artifacts of one attempt of a stage may take together.");
    public static final Setting<Long> LOG_MAX_BYTES = bytes(
            "POND_LOG_MAX_BYTES",
            "64m",
            "The most log text that is kept of one job; the rest is dropped, and said so.");

    public static final Setting<Duration> NO_WORKER_GRACE = seconds(
            "POND_DISPATCH_NO_WORKER_GRACE_SEC", "90", "How long a stage waits for a worker that can serve it.");
    public static final Setting<Duration> LEASE =
            seconds("POND_LEASE_SEC", "30", "How long a worker may be silent before its jobs are lost.");
    public static final Setting<Duration> CANCEL_GRACE =
            seconds("POND_CANCEL_GRACE_SEC", "10", "How long a cancelled stage may take to end before it is killed.");
    public static final Setting<Duration> RUN_MAX =
            seconds("POND_RUN_MAX_SEC", "86400", "How long a run may take from its submit to its end.");

    public static final Setting<Boolean> REQUIRE_SANDBOX = plain(
            "POND_REQUIRE_SANDBOX",
            "true or false",
            "false",
            "Refuse stages that would run without a sandbox.",
            SettingValues::bool);
    public static final Setting<UnconfinedShell> UNCONFINED_SHELL = plain(
            "POND_UNCONFINED_SHELL",
            "one of service, all, none",
            "service",
            "Whose shell stages may run without a sandbox, with the rights of the server: runs of the service token, all, or none.",
            UnconfinedShell::of);
    public static final Setting<Set<String>> REQUIRED_RUN_LABELS = plain(
            "POND_REQUIRED_RUN_LABELS",
            "label keys with commas between",
            "",
            "Labels that every run must have.",
            SettingValues::labels);
    public static final Setting<Set<String>> LOCAL_EXECUTORS = plain(
            "POND_LOCAL_EXECUTORS",
            "any of noop, builtin, shell with commas between, or nothing for none",
            "noop,builtin,shell",
            "What the server runs itself, without a worker attached.",
            SettingValues::localExecutors);
    public static final Setting<Integer> LOCAL_CONCURRENCY = integer(
            "POND_LOCAL_CONCURRENCY",
            1,
            1_024,
            "the number of cores",
            "How many jobs the server runs itself at a time.");

    /** In the order of the documentation. */
    static final List<Setting<?>> ALL = List.of(
            HOST,
            PORT,
            STATE_DIR,
            DATABASE_URL,
            ENV_LABEL,
            PUBLIC_URL,
            LOG_LEVEL,
            LOG_FORMAT,
            OTEL_CONSOLE,
            SERVICE_TOKEN,
            SOURCE_KEY,
            AUTH0_DOMAIN,
            AUTH0_AUDIENCE,
            ADMIN_AUTH0_SUBS,
            LOCAL_SOURCE_ROOT,
            SOURCE_ALLOWED_HOSTS,
            WEBHOOK_ALLOWED_HOSTS,
            TARBALL_MAX_BYTES,
            BUNDLE_MAX_BYTES,
            ARTIFACT_MAX_BYTES,
            LOG_MAX_BYTES,
            LimitSettings.DISK_FLOOR,
            LimitSettings.PROJECT_QUEUED_RUNS,
            LimitSettings.PROJECT_RUNNING_JOBS,
            LimitSettings.PROJECT_BYTES,
            LimitSettings.AUTH_FAILURES,
            LimitSettings.TRUSTED_PROXIES,
            StorageSettings.BACKUP_DIR,
            StorageSettings.BACKUP_EVERY,
            StorageSettings.BACKUP_KEEP,
            StorageSettings.BACKUP_MAX_AGE,
            StorageSettings.UPGRADE_COPY,
            StorageSettings.RETENTION_RUNS,
            StorageSettings.RETENTION_LOGS,
            StorageSettings.RETENTION_ARTIFACTS,
            StorageSettings.RETENTION_PROJECT_MAX_BYTES,
            NO_WORKER_GRACE,
            LEASE,
            CANCEL_GRACE,
            RUN_MAX,
            REQUIRE_SANDBOX,
            UNCONFINED_SHELL,
            REQUIRED_RUN_LABELS,
            LOCAL_EXECUTORS,
            LOCAL_CONCURRENCY);

    private static final int MAX_SECONDS = 31_536_000;

    private Settings() {}

    private static <T> Setting<T> plain(
            String name, String takes, String byDefault, String sentence, Function<String, T> read) {
        return new Setting<>(name, takes, byDefault, sentence, false, read);
    }

    private static <T> Setting<T> secret(
            String name, String takes, String byDefault, String sentence, Function<String, T> read) {
        return new Setting<>(name, takes, byDefault, sentence, true, read);
    }

    private static Setting<Integer> integer(String name, int min, int max, String byDefault, String sentence) {
        String takes = "a whole number from " + min + " to " + max;
        return plain(name, takes, byDefault, sentence, text -> SettingValues.integer(text, min, max));
    }

    private static Setting<Long> bytes(String name, String byDefault, String sentence) {
        return plain(name, A_SIZE, byDefault, sentence, SettingValues::bytes);
    }

    private static Setting<Duration> seconds(String name, String byDefault, String sentence) {
        return plain(
                name,
                "a whole number of seconds from 1 to " + MAX_SECONDS,
                byDefault,
                sentence,
                text -> Duration.ofSeconds(SettingValues.integer(text, 1, MAX_SECONDS)));
    }
}
