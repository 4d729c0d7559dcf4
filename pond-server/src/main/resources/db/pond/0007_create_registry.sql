-- What operators register for agents, and who changed what. Times are milliseconds since 1970 in UTC.

-- Keys of model providers. project_id is '' for the whole organisation, since a key takes no nulls. The values of the
-- secrets are in sealed, bound to project and name; secret_names is what may be shown of them.
CREATE TABLE credentials (
    name         TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
    project_id   TEXT    NOT NULL CHECK (length(project_id) <= 128),
    provider     TEXT    NOT NULL,
    env          TEXT    NOT NULL CHECK (json_valid(env)),
    secret_names TEXT    NOT NULL CHECK (json_valid(secret_names)),
    sealed       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    PRIMARY KEY (name, project_id)
) STRICT;

-- How agent programs are started; spec is the whole harness as JSON.
CREATE TABLE harnesses (
    key        TEXT    NOT NULL PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 128),
    spec       TEXT    NOT NULL CHECK (json_valid(spec)),
    preset     TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Models and their prices, in micro-dollars per million tokens.
CREATE TABLE models (
    key                TEXT    NOT NULL PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 128),
    label              TEXT    NOT NULL,
    provider           TEXT    NOT NULL,
    model_id           TEXT    NOT NULL,
    credential_name    TEXT    NOT NULL,
    input_micros       INTEGER NOT NULL CHECK (input_micros >= 0),
    output_micros      INTEGER NOT NULL CHECK (output_micros >= 0),
    cache_read_micros  INTEGER          CHECK (cache_read_micros >= 0),
    cache_write_micros INTEGER          CHECK (cache_write_micros >= 0),
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL
) STRICT;

CREATE INDEX models_by_credential ON models (credential_name);

-- Who changed what. Ids are never used twice, also after the oldest entries have gone.
CREATE TABLE audit_entries (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    request_id TEXT
) STRICT;
