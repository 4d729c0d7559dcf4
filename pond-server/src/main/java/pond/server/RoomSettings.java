package pond.server;

import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import pond.common.definition.ExecutorKind;
import pond.common.protocol.Job.Limits;
import pond.server.auth.AuthFilter;
import pond.server.auth.Authenticator;
import pond.server.auth0.Auth0Settings;
import pond.server.cli.VersionProvider;
import pond.server.config.ServerConfig;
import pond.server.db.StateDir;
import pond.server.dispatch.DispatchSettings;
import pond.server.limits.ClientAddresses;
import pond.server.limits.DiskSpace;
import pond.server.limits.FailureLimit;
import pond.server.limits.ProjectBytes;
import pond.server.limits.ProjectLimits;
import pond.server.local.LocalWorkers;
import pond.server.preflight.PreflightSettings;
import pond.server.retention.RetentionPolicy;
import pond.server.runs.Admission;
import pond.server.sources.guard.AllowedHost;
import pond.server.sources.guard.SourceSettings;
import pond.server.telemetry.otel.OtelSettings;
import pond.server.webhooks.WebhookSettings;

/** What the configuration says to each room, in that room's own words. */
record RoomSettings(ServerConfig config) {
    DispatchSettings dispatch() {
        return new DispatchSettings(
                config.noWorkerGrace(),
                config.lease(),
                config.cancelGrace(),
                config.runMax(),
                new Limits(config.logMaxBytes(), config.artifactMaxBytes()),
                projects());
    }

    private ProjectLimits projects() {
        return new ProjectLimits(config.projectMaxQueuedRuns(), config.projectMaxRunningJobs());
    }

    DiskSpace disk(StateDir state) {
        return new DiskSpace(state.root(), config.diskFloorBytes(), System::nanoTime);
    }

    Admission admission(Storage storage, DiskSpace disk) {
        return new Admission(
                storage.database(),
                disk,
                projects(),
                new ProjectBytes(
                        storage.database(), storage.logDatabase(), config.projectMaxBytes(), System::nanoTime));
    }

    AuthFilter auth(Authenticator authenticator) {
        return new AuthFilter(
                authenticator,
                new FailureLimit(config.authFailuresPerMinute(), System::nanoTime),
                new ClientAddresses(config.trustedProxies()));
    }

    SourceSettings sources() {
        return SourceSettings.of(
                AllowedHost.parseList(String.join(",", config.sourceAllowedHosts())),
                config.localSourceRoot().orElse(null),
                config.tarballMaxBytes(),
                config.bundleMaxBytes());
    }

    WebhookSettings webhooks() {
        return WebhookSettings.of(
                AllowedHost.parseList(String.join(",", config.webhookAllowedHosts())),
                "pond/" + VersionProvider.version());
    }

    RetentionPolicy retention() {
        return new RetentionPolicy(
                config.retentionRuns().orElse(null),
                config.retentionLogs().orElse(null),
                config.retentionArtifacts().orElse(null),
                config.retentionProjectMaxBytes().orElse(null));
    }

    LocalWorkers.Settings local(StateDir state, InstantSource clock) {
        Set<ExecutorKind> kinds = EnumSet.noneOf(ExecutorKind.class);
        config.localExecutors().forEach(name -> kinds.add(ExecutorKind.valueOf(name.toUpperCase(Locale.ROOT))));
        return new LocalWorkers.Settings(
                state.work(),
                kinds,
                config.localConcurrency(),
                VersionProvider.version(),
                clock,
                config.diskFloorBytes());
    }

    OtelSettings telemetry() {
        return new OtelSettings(
                config.openTelemetry(), config.otelConsole(), config.envLabel(), VersionProvider.version());
    }

    /** Empty: the service token is the admin. */
    Optional<Auth0Settings> auth0() {
        return config.auth0Domain()
                .map(domain -> new Auth0Settings(
                        domain.issuer(), domain.keySet(), config.auth0Audience(), config.adminSubjects()));
    }

    PreflightSettings preflight() {
        return new PreflightSettings(
                config.requireSandbox(),
                config.unconfinedShell(),
                config.requiredRunLabels(),
                config.localSourceRoot().isPresent(),
                AllowedHost.parseList(String.join(",", config.webhookAllowedHosts())));
    }
}
