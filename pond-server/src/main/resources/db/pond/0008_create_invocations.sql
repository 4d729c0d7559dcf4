-- What agents are started with, the areas of fan-outs, and more about model calls. Times are milliseconds since 1970 in UTC.

-- Harness and model of a swarm stage, as they were when its turn came first.
CREATE TABLE frozen_invocations (
    run_id   TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL CHECK (position >= 0),
    harness  TEXT    NOT NULL CHECK (json_valid(harness)),
    model    TEXT    NOT NULL CHECK (json_valid(model)),
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;

-- One area of a fan-out; ordinal is its place in the list that the areas came from.
CREATE TABLE substages (
    run_id        TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    position      INTEGER NOT NULL CHECK (position >= 0),
    key           TEXT    NOT NULL,
    ordinal       INTEGER NOT NULL CHECK (ordinal >= 0),
    title         TEXT    NOT NULL,
    globs         TEXT    NOT NULL CHECK (json_valid(globs)),
    why           TEXT    NOT NULL,
    status        TEXT    NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled', 'skipped')),
    attempt       INTEGER NOT NULL CHECK (attempt >= 0),
    worker        TEXT,
    started_at    INTEGER,
    finished_at   INTEGER,
    exit_code     INTEGER,
    error_code    TEXT,
    error_message TEXT,
    attestation   TEXT             CHECK (attestation IN ('verified')),
    PRIMARY KEY (run_id, position, key),
    UNIQUE (run_id, position, ordinal),
    CHECK ((status IN ('done', 'failed', 'cancelled', 'skipped')) = (finished_at IS NOT NULL)),
    CHECK ((status = 'failed') <= (error_code IS NOT NULL)),
    CHECK ((error_code IS NULL) = (error_message IS NULL))
) STRICT, WITHOUT ROWID;

ALTER TABLE stages ADD COLUMN attestation TEXT CHECK (attestation IN ('verified'));

-- Which job a call belongs to, what was asked for, and how it went; calls from before have no job.
ALTER TABLE usage_records ADD COLUMN job_id TEXT;
ALTER TABLE usage_records ADD COLUMN model_asked TEXT NOT NULL DEFAULT '';
ALTER TABLE usage_records ADD COLUMN streamed INTEGER NOT NULL DEFAULT 0 CHECK (streamed IN (0, 1));
ALTER TABLE usage_records ADD COLUMN ending TEXT NOT NULL DEFAULT 'complete' CHECK (ending IN ('complete', 'cut', 'error'));

CREATE INDEX usage_records_by_job ON usage_records (job_id) WHERE job_id IS NOT NULL;

-- Budgets are added up with every batch of calls: from the index alone, a run of 10,000 calls takes a millisecond or two.
DROP INDEX usage_records_by_run;
CREATE INDEX usage_records_by_run ON usage_records (run_id, stage, cost_micros, input_tokens, cache_read_tokens,
    cache_write_tokens, output_tokens);

-- Stages may wait for an operator; a list of words in a check can only be changed with its table.
CREATE TABLE waits_for_operators (
  subject  TEXT    NOT NULL PRIMARY KEY,
  run_id   TEXT,
  position INTEGER,
  code     TEXT    NOT NULL CHECK (code IN ('run_limit', 'cancel_confirmation', 'no_capable_worker', 'workers_busy',
                                            'retry_backoff', 'lease', 'worker_silence', 'harness_unknown',
                                            'model_unknown')),
  message  TEXT    NOT NULL,
  since    INTEGER NOT NULL,
  deadline INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO waits_for_operators SELECT subject, run_id, position, code, message, since, deadline FROM waits;
DROP TABLE waits;
ALTER TABLE waits_for_operators RENAME TO waits;

CREATE INDEX waits_by_deadline ON waits (deadline);
CREATE INDEX waits_by_run ON waits (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX waits_by_code ON waits (code) WHERE code IN ('harness_unknown', 'model_unknown');
