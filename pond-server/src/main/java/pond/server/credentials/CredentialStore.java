package pond.server.credentials;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pond.common.ids.ProjectId;
import pond.common.json.Json;
import pond.server.db.Row;
import pond.server.db.Tx;

/** Rows of {@code credentials}; no project is an empty text there. */
final class CredentialStore {
    void put(Tx tx, Credential credential) {
        tx.update(
                """
                INSERT INTO credentials (name, project_id, provider, env, secret_names, sealed, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (name, project_id) DO UPDATE SET provider = excluded.provider, env = excluded.env,
                    secret_names = excluded.secret_names, sealed = excluded.sealed, updated_at = excluded.updated_at
                """,
                credential.name(),
                project(credential.project()),
                credential.provider(),
                Json.write(credential.env()),
                Json.write(credential.secretNames()),
                credential.sealed(),
                credential.createdAt(),
                credential.updatedAt());
    }

    void updateSealed(Tx tx, Credential credential, String sealed) {
        tx.update(
                "UPDATE credentials SET sealed = ? WHERE name = ? AND project_id = ?",
                sealed,
                credential.name(),
                project(credential.project()));
    }

    /** The one of exactly that project, or of none. */
    Optional<Credential> find(Tx tx, String name, @Nullable ProjectId project) {
        return tx.find(
                "SELECT * FROM credentials WHERE name = ? AND project_id = ?",
                CredentialStore::credential,
                name,
                project(project));
    }

    List<Credential> list(Tx tx) {
        return tx.list("SELECT * FROM credentials ORDER BY name, project_id", CredentialStore::credential);
    }

    List<Credential> listOfProject(Tx tx, ProjectId project) {
        return tx.list(
                "SELECT * FROM credentials WHERE project_id = ? ORDER BY name", CredentialStore::credential, project);
    }

    long count(Tx tx) {
        return tx.find("SELECT count(*) AS n FROM credentials", row -> row.number("n"))
                .orElseThrow();
    }

    /** Whether there was one. */
    boolean delete(Tx tx, String name, @Nullable ProjectId project) {
        return tx.update("DELETE FROM credentials WHERE name = ? AND project_id = ?", name, project(project)) == 1;
    }

    private static String project(@Nullable ProjectId project) {
        return project == null ? "" : project.value();
    }

    private static Credential credential(Row row) {
        String project = row.text("project_id");
        Map<String, String> env = new LinkedHashMap<>();
        Json.readTree(row.text("env"))
                .properties()
                .forEach(entry -> env.put(entry.getKey(), entry.getValue().textValue()));
        return new Credential(
                row.text("name"),
                project.isEmpty() ? null : new ProjectId(project),
                row.text("provider"),
                env,
                Arrays.asList(Json.read(row.text("secret_names"), String[].class)),
                row.text("sealed"),
                row.instant("created_at"),
                row.instant("updated_at"));
    }
}
