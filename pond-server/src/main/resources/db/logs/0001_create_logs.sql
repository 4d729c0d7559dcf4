-- Lines lie in chunks: first_id and line_count say which ids of the run are in data.
CREATE TABLE log_chunks (
    run_id     TEXT    NOT NULL,
    first_id   INTEGER NOT NULL CHECK (first_id > 0),
    line_count INTEGER NOT NULL CHECK (line_count > 0),
    stage      TEXT,
    substage   TEXT,
    attempt    INTEGER NOT NULL CHECK (attempt >= 0),
    source     TEXT    NOT NULL CHECK (source IN ('stage', 'fetch', 'preflight', 'pond')),
    data       BLOB    NOT NULL,
    PRIMARY KEY (run_id, first_id)
) STRICT;

-- One row a run: the id that its next line gets, and what its chunks take in bytes.
CREATE TABLE log_heads (
    run_id     TEXT    NOT NULL PRIMARY KEY,
    next_id    INTEGER NOT NULL CHECK (next_id > 0),
    bytes      INTEGER NOT NULL CHECK (bytes >= 0),
    created_at INTEGER NOT NULL
) STRICT;

-- One row a job that has logged: the highest number of its lines that is stored.
CREATE TABLE log_jobs (
    job_id TEXT    NOT NULL PRIMARY KEY,
    run_id TEXT    NOT NULL,
    stored INTEGER NOT NULL CHECK (stored >= 0)
) STRICT;

CREATE INDEX log_jobs_by_run ON log_jobs (run_id);
