-- Project keys. A row is never deleted: a revoked key stays listed, and its digest stays taken.
CREATE TABLE keys (
    id         TEXT    NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    project_id TEXT    NOT NULL CHECK (length(project_id) BETWEEN 1 AND 128),
    name       TEXT             CHECK (length(name) BETWEEN 1 AND 128),
    sha256     TEXT    NOT NULL UNIQUE CHECK (length(sha256) = 64),
    created_at INTEGER NOT NULL,
    expires_at INTEGER          CHECK (expires_at > created_at),
    revoked_at INTEGER          CHECK (revoked_at >= created_at)
) STRICT;

CREATE INDEX keys_by_project ON keys (project_id, created_at);
