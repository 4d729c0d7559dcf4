package pond.server.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pond.common.ids.ProjectId;
import pond.common.json.Json;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;
import pond.common.problems.Problems;
import pond.server.audit.Actor;
import pond.server.audit.AuditLog;
import pond.server.db.Database;
import pond.server.db.Tx;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;
import pond.server.sealing.SourceKey;

/** The register of credentials. Safe to share; it caches nothing. */
public final class Credentials {
    /** It bounds a list, which comes as one page. */
    static final int MAX = 1_000;

    private static final Logger log = LoggerFactory.getLogger(Credentials.class);

    private final Database database;
    private final SourceKey key;
    private final CredentialUsers users;
    private final AuditLog audit;
    private final InstantSource clock;
    private final CredentialStore store = new CredentialStore();

    public Credentials(Database database, SourceKey key, CredentialUsers users, AuditLog audit, InstantSource clock) {
        this.database = database;
        this.key = key;
        this.users = users;
        this.audit = audit;
        this.clock = clock;
    }

    /** A credential after it was put, and whether there was none of that name and project before. */
    public record Put(CredentialView view, boolean created) {}

    /**
     * Registers a credential, or replaces the one with its name and project, secrets and all.
     *
     * @throws PondException INVALID with all that is wrong with the body; the future fails with CONFLICT when there are
     *     {@link #MAX} credentials
     */
    public CompletableFuture<Put> put(JsonNode body, Actor who) {
        Problems problems = new Problems();
        Optional<CredentialBody> read =
                Fields.of(body, "", problems.about(ProblemCode.REQUEST_INVALID)).flatMap(CredentialRules::read);
        if (read.isEmpty() || problems.hasErrors()) {
            throw PondException.invalid(problems.list());
        }
        Credential fresh = sealed(read.get(), clock.instant().truncatedTo(ChronoUnit.MILLIS));
        return database.write(tx -> {
            Optional<Credential> before = store.find(tx, fresh.name(), fresh.project());
            if (before.isEmpty() && store.count(tx) >= MAX) {
                throw new PondException(ErrorCode.CONFLICT, "there are " + MAX + " credentials; delete some first");
            }
            store.put(tx, fresh);
            audit.record(tx, who, "credential.set", subject(fresh.name(), fresh.project()));
            Credential now = store.find(tx, fresh.name(), fresh.project()).orElseThrow();
            return new Put(CredentialView.of(now), before.isEmpty());
        });
    }

    /** By name; those of one project, or all. */
    public List<CredentialView> list(Optional<ProjectId> project) {
        return database
                .read(tx -> project.isPresent() ? store.listOfProject(tx, project.get()) : store.list(tx))
                .stream()
                .map(CredentialView::of)
                .toList();
    }

    /** Exactly the one of that project, or of none, as operators see it; throws NOT_FOUND when there is none. */
    public CredentialView get(String name, @Nullable ProjectId project) {
        return database.read(tx -> store.find(tx, name, project))
                .map(CredentialView::of)
                .orElseThrow(() -> PondException.notFound("credential"));
    }

    /** The credential of that name for a run of a project: its own, else the organisation's. */
    public Optional<Credential> find(String name, ProjectId project) {
        return database.read(tx -> find(tx, name, project));
    }

    /** As {@link #find(String, ProjectId)}, inside a transaction. */
    public Optional<Credential> find(Tx tx, String name, ProjectId project) {
        return store.find(tx, name, project).or(() -> store.find(tx, name, null));
    }

    /**
     * The secrets in plain text, by name. The only way to them; every use is logged with its reason.
     *
     * @param why who needs them now, such as {@code job 0189…}
     * @throws GeneralSecurityException when the server's source key is not the one that they were sealed with
     */
    public Map<String, String> open(Credential credential, String why) throws GeneralSecurityException {
        log.info("opening credential {} for {}", subject(credential.name(), credential.project()), why);
        Map<String, String> secrets = new LinkedHashMap<>();
        Json.readTree(key.open(credential.sealed(), credential.context()))
                .properties()
                .forEach(entry -> secrets.put(entry.getKey(), entry.getValue().textValue()));
        return secrets;
    }

    /**
     * Deletes exactly the one of that project, or of none. The future fails with NOT_FOUND when there is none, and with
     * CONFLICT while models name it, unless it is a project's and the organisation's takes its place.
     */
    public CompletableFuture<Void> delete(String name, @Nullable ProjectId project, Actor who) {
        return database.change(tx -> {
            if (!store.delete(tx, name, project)) {
                throw PondException.notFound("credential");
            }
            boolean replaced = project != null && store.find(tx, name, null).isPresent();
            List<String> models = replaced ? List.of() : users.listUsersOf(tx, name);
            if (!models.isEmpty()) {
                throw new PondException(
                        ErrorCode.CONFLICT, "the credential is used by the models " + String.join(", ", models));
            }
            audit.record(tx, who, "credential.delete", subject(name, project));
        });
    }

    /**
     * Seals all secrets anew, in a transaction of the caller's; how many credentials there were.
     *
     * @param keys seals with the new key, opens with the old one too
     * @throws GeneralSecurityException when there is one that neither opens
     */
    public static int reseal(Tx tx, SourceKey keys) throws GeneralSecurityException {
        CredentialStore store = new CredentialStore();
        List<Credential> all = store.list(tx);
        for (Credential credential : all) {
            try {
                store.updateSealed(tx, credential, keys.reseal(credential.sealed(), credential.context()));
            } catch (GeneralSecurityException e) {
                throw new GeneralSecurityException(
                        "the key does not open credential " + subject(credential.name(), credential.project()), e);
            }
        }
        return all.size();
    }

    private Credential sealed(CredentialBody body, Instant now) {
        String secrets = key.seal(Json.write(body.secrets()), Credential.context(body.name(), body.project()));
        return new Credential(
                body.name(),
                body.project(),
                body.provider(),
                body.env(),
                List.copyOf(body.secrets().keySet()),
                secrets,
                now,
                now);
    }

    /** How logs and the audit trail name it. */
    static String subject(String name, @Nullable ProjectId project) {
        return project == null ? name : name + " of project " + project;
    }
}
