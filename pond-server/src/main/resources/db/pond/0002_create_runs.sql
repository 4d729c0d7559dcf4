-- What is to happen and how far it has come. Times are milliseconds since 1970 in UTC.

-- The state of a run; what was submitted is apart, so that a change of status never reads or writes a large row.
CREATE TABLE runs (
  id                  TEXT    NOT NULL PRIMARY KEY,
  project_id          TEXT    NOT NULL,
  submitted_by        TEXT    NOT NULL CHECK (submitted_by IN ('service', 'project')),
  status              TEXT    NOT NULL CHECK (status IN ('queued', 'running', 'cancelling', 'done', 'failed', 'cancelled')),
  version             INTEGER NOT NULL CHECK (version > 0),
  bundle_sha256       TEXT             CHECK (length(bundle_sha256) = 64),
  bundle_size         INTEGER          CHECK (bundle_size >= 0),
  error_code          TEXT,
  error_message       TEXT,
  created_at          INTEGER NOT NULL,
  started_at          INTEGER,
  finished_at         INTEGER,
  cancel_requested_at INTEGER,
  kill_confirmed      INTEGER          CHECK (kill_confirmed IN (0, 1)),
  idempotency_key     TEXT             CHECK (length(idempotency_key) BETWEEN 1 AND 255),
  idempotency_digest  TEXT             CHECK (length(idempotency_digest) = 64),
  CHECK ((status IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
  CHECK ((status = 'failed') <= (error_code IS NOT NULL)),
  CHECK ((error_code IS NULL) = (error_message IS NULL)),
  CHECK ((bundle_sha256 IS NULL) = (bundle_size IS NULL)),
  CHECK ((idempotency_key IS NULL) = (idempotency_digest IS NULL))
) STRICT;

CREATE INDEX runs_by_project ON runs (project_id, id);
CREATE INDEX runs_by_status ON runs (status, id);
CREATE UNIQUE INDEX runs_by_idempotency_key ON runs (project_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX runs_by_bundle ON runs (bundle_sha256) WHERE bundle_sha256 IS NOT NULL AND finished_at IS NULL;

-- What was submitted; never changes, save that the resolved sources are filled in after the fetch.
CREATE TABLE run_snapshots (
  run_id         TEXT NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  trigger        TEXT NOT NULL,
  sha            TEXT,
  definition     TEXT NOT NULL CHECK (json_valid(definition)),
  sources        TEXT NOT NULL CHECK (json_valid(sources)),
  sealed_sources TEXT,
  context        TEXT          CHECK (json_valid(context)),
  labels         TEXT NOT NULL CHECK (json_valid(labels))
) STRICT;

CREATE TABLE stages (
  run_id           TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  position         INTEGER NOT NULL CHECK (position >= 0),
  key              TEXT    NOT NULL,
  name             TEXT    NOT NULL,
  category         TEXT,
  kind             TEXT    NOT NULL CHECK (kind IN ('noop', 'builtin', 'shell', 'swarm', 'fetch')),
  executor         TEXT    NOT NULL,
  timeout_ms       INTEGER NOT NULL CHECK (timeout_ms > 0),
  retry            TEXT    NOT NULL,
  needs            TEXT    NOT NULL,
  predecessors     TEXT    NOT NULL,
  status           TEXT    NOT NULL
    CHECK (status IN ('pending', 'queued', 'running', 'done', 'failed', 'cancelled', 'skipped')),
  attempt          INTEGER NOT NULL CHECK (attempt >= 0),
  worker           TEXT,
  progress_done    INTEGER,
  progress_total   INTEGER,
  progress_message TEXT,
  profile          TEXT,
  effective        TEXT,
  backend          TEXT,
  started_at       INTEGER,
  finished_at      INTEGER,
  exit_code        INTEGER,
  error_code       TEXT,
  error_message    TEXT,
  PRIMARY KEY (run_id, position),
  UNIQUE (run_id, key),
  CHECK ((status IN ('done', 'failed', 'cancelled', 'skipped')) = (finished_at IS NOT NULL)),
  CHECK ((status = 'failed') <= (error_code IS NOT NULL)),
  CHECK ((progress_done IS NULL) = (progress_total IS NULL))
) STRICT, WITHOUT ROWID;

-- One attempt of one stage. A job is leased once at most; another attempt is another job.
CREATE TABLE jobs (
  id             TEXT    NOT NULL PRIMARY KEY,
  run_id         TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  stage_position INTEGER NOT NULL,
  substage       TEXT,
  attempt        INTEGER NOT NULL CHECK (attempt > 0),
  project_id     TEXT    NOT NULL,
  needs          TEXT    NOT NULL,
  status         TEXT    NOT NULL CHECK (status IN ('backoff', 'queued', 'leased', 'ended', 'lost')),
  worker_id      TEXT,
  fence          INTEGER UNIQUE,
  lease_hash     TEXT             CHECK (length(lease_hash) = 64),
  stopping       INTEGER NOT NULL DEFAULT 0 CHECK (stopping IN (0, 1)),
  CHECK ((status IN ('backoff', 'queued')) = (fence IS NULL)),
  CHECK ((fence IS NULL) = (worker_id IS NULL)),
  CHECK ((fence IS NULL) = (lease_hash IS NULL))
) STRICT;

CREATE INDEX jobs_queued ON jobs (needs, project_id, run_id, stage_position) WHERE status = 'queued';
CREATE INDEX jobs_leased ON jobs (worker_id) WHERE status = 'leased';
CREATE INDEX jobs_by_run ON jobs (run_id, stage_position);

-- When each project was last given a job, as the fence of that lease: the one that waited longest is next.
CREATE TABLE project_turns (
  project_id TEXT    NOT NULL PRIMARY KEY,
  fence      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Everything that waits, and until when; whoever enforces deadlines reads this table and no other. The subject is a
-- run, a job, or an attached worker.
CREATE TABLE waits (
  subject  TEXT    NOT NULL PRIMARY KEY,
  run_id   TEXT,
  position INTEGER,
  code     TEXT    NOT NULL CHECK (code IN ('run_limit', 'cancel_confirmation', 'no_capable_worker', 'workers_busy',
                                            'retry_backoff', 'lease', 'worker_silence')),
  message  TEXT    NOT NULL,
  since    INTEGER NOT NULL,
  deadline INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX waits_by_deadline ON waits (deadline);
CREATE INDEX waits_by_run ON waits (run_id) WHERE run_id IS NOT NULL;
