-- What lets a machine enrol. The code itself is shown once; its digest is all that is kept.
CREATE TABLE enrollment_codes (
  id          TEXT    NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  sha256      TEXT    NOT NULL UNIQUE CHECK (length(sha256) = 64),
  tags        TEXT    NOT NULL CHECK (json_valid(tags)),
  pool        TEXT             CHECK (length(pool) BETWEEN 1 AND 63),
  fingerprint TEXT             CHECK (length(fingerprint) = 50),
  max_uses    INTEGER NOT NULL CHECK (max_uses BETWEEN 1 AND 1000),
  uses        INTEGER NOT NULL CHECK (uses BETWEEN 0 AND max_uses),
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL CHECK (expires_at > created_at)
) STRICT;

CREATE INDEX enrollment_codes_by_expiry ON enrollment_codes (expires_at);

-- Who a worker is over all its restarts. It has made its bearer itself and told its digest. A row is never deleted: a
-- revoked one keeps its digest taken. The code that it was enrolled with may be deleted, so code_id is no reference.
CREATE TABLE worker_identities (
  id            TEXT    NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  name          TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
  bearer_sha256 TEXT    NOT NULL UNIQUE CHECK (length(bearer_sha256) = 64),
  sealing_key   TEXT    NOT NULL CHECK (length(sealing_key) = 43),
  signing_key   TEXT    NOT NULL CHECK (length(signing_key) = 43),
  fingerprint   TEXT    NOT NULL CHECK (length(fingerprint) = 50),
  tags          TEXT    NOT NULL CHECK (json_valid(tags)),
  code_id       TEXT    NOT NULL CHECK (length(code_id) = 36),
  enrolled_at   INTEGER NOT NULL,
  revoked_at    INTEGER          CHECK (revoked_at >= enrolled_at)
) STRICT;

CREATE UNIQUE INDEX worker_identities_live ON worker_identities (fingerprint) WHERE revoked_at IS NULL;
CREATE INDEX worker_identities_revoked ON worker_identities (fingerprint, revoked_at) WHERE revoked_at IS NOT NULL;

-- Attachments know whose they are, and may be replaced; a list of words in a check can only be changed with its table.
CREATE TABLE workers_with_identity (
  id           TEXT    NOT NULL PRIMARY KEY,
  identity_id  TEXT             REFERENCES worker_identities (id),
  name         TEXT    NOT NULL,
  version      TEXT    NOT NULL,
  executors    TEXT    NOT NULL,
  capabilities TEXT    NOT NULL,
  tags         TEXT    NOT NULL,
  slots        INTEGER NOT NULL CHECK (slots > 0),
  local        INTEGER NOT NULL CHECK (local IN (0, 1)),
  status       TEXT    NOT NULL CHECK (status IN ('attached', 'draining', 'detached', 'lost', 'replaced', 'revoked')),
  attached_at  INTEGER NOT NULL,
  ended_at     INTEGER,
  CHECK ((status IN ('detached', 'lost', 'replaced', 'revoked')) = (ended_at IS NOT NULL)),
  CHECK ((status IN ('replaced', 'revoked')) <= (identity_id IS NOT NULL)),
  CHECK ((identity_id IS NOT NULL) <= (local = 0))
) STRICT;

INSERT INTO workers_with_identity
  (id, identity_id, name, version, executors, capabilities, tags, slots, local, status, attached_at, ended_at)
SELECT id, NULL, name, version, executors, capabilities, tags, slots, local, status, attached_at, ended_at FROM workers;

DROP TABLE workers;
ALTER TABLE workers_with_identity RENAME TO workers;

CREATE INDEX workers_attached ON workers (id) WHERE ended_at IS NULL;
CREATE INDEX workers_by_identity ON workers (identity_id, id) WHERE identity_id IS NOT NULL;
CREATE INDEX workers_ended ON workers (ended_at) WHERE ended_at IS NOT NULL;
-- One at a time: the second of an identity replaces the first.
CREATE UNIQUE INDEX workers_one_per_identity ON workers (identity_id) WHERE identity_id IS NOT NULL AND ended_at IS NULL;
