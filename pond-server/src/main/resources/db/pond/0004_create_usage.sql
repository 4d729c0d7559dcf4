-- One row a model call. substage is '' for a stage without substages; cost_micros are millionths of a US dollar.
CREATE TABLE usage_records (
    id                 TEXT    NOT NULL PRIMARY KEY,
    run_id             TEXT    NOT NULL,
    stage              TEXT    NOT NULL,
    substage           TEXT    NOT NULL,
    attempt            INTEGER NOT NULL CHECK (attempt > 0),
    provider           TEXT    NOT NULL,
    model              TEXT    NOT NULL,
    request_id         TEXT,
    input_tokens       INTEGER NOT NULL CHECK (input_tokens >= 0),
    cache_read_tokens  INTEGER NOT NULL CHECK (cache_read_tokens >= 0),
    cache_write_tokens INTEGER NOT NULL CHECK (cache_write_tokens >= 0),
    output_tokens      INTEGER NOT NULL CHECK (output_tokens >= 0),
    reasoning_tokens   INTEGER NOT NULL CHECK (reasoning_tokens BETWEEN 0 AND output_tokens),
    cost_micros        INTEGER CHECK (cost_micros >= 0),
    usage_source       TEXT    NOT NULL CHECK (usage_source IN ('provider', 'estimated', 'none')),
    http_status        INTEGER NOT NULL,
    started_at         INTEGER NOT NULL,
    finished_at        INTEGER NOT NULL
) STRICT;

CREATE INDEX usage_records_by_run ON usage_records (run_id);
