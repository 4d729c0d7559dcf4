-- Bytes that have arrived for a job that still runs; nobody sees them.
CREATE TABLE artifact_uploads (
    job_id     TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    size       INTEGER NOT NULL CHECK (size >= 0),
    sha256     TEXT    NOT NULL CHECK (length(sha256) = 64),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (job_id, name)
) STRICT;

CREATE INDEX artifact_uploads_by_digest ON artifact_uploads (sha256);
CREATE INDEX artifact_uploads_by_age ON artifact_uploads (created_at);

-- What a run shows. substage is '' for what belongs to a stage as a whole, since a key takes no nulls.
CREATE TABLE artifacts (
    run_id         TEXT    NOT NULL,
    stage_position INTEGER NOT NULL,
    stage          TEXT    NOT NULL,
    substage       TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    size           INTEGER NOT NULL CHECK (size >= 0),
    sha256         TEXT    NOT NULL CHECK (length(sha256) = 64),
    content_type   TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    PRIMARY KEY (run_id, stage, substage, name)
) STRICT;

CREATE INDEX artifacts_by_digest ON artifacts (sha256);
