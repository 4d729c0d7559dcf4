-- Attachments of workers. A worker process that attaches again, after a restart, is a new row.
CREATE TABLE workers (
  id           TEXT    NOT NULL PRIMARY KEY,
  name         TEXT    NOT NULL,
  version      TEXT    NOT NULL,
  executors    TEXT    NOT NULL,
  capabilities TEXT    NOT NULL,
  tags         TEXT    NOT NULL,
  slots        INTEGER NOT NULL CHECK (slots > 0),
  local        INTEGER NOT NULL CHECK (local IN (0, 1)),
  status       TEXT    NOT NULL CHECK (status IN ('attached', 'draining', 'detached', 'lost')),
  attached_at  INTEGER NOT NULL,
  ended_at     INTEGER,
  CHECK ((status IN ('detached', 'lost')) = (ended_at IS NOT NULL))
) STRICT;

CREATE INDEX workers_attached ON workers (id) WHERE ended_at IS NULL;
