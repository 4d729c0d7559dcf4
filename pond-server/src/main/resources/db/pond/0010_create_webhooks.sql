-- Whom to tell of the end of a run, and how that goes. Times are milliseconds since 1970 in UTC.

-- As submitted; the secret opens under the id of its run.
CREATE TABLE run_callbacks (
    run_id        TEXT NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    url           TEXT NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
    sealed_secret TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Project and receiver, the host of the address, are here for them to take turns. Attempts are of all times, failures
-- those since it was last asked for.
-- The body stands last, so that looking for what is due does not read it.
CREATE TABLE deliveries (
    id              TEXT    NOT NULL PRIMARY KEY,
    run_id          TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    project_id      TEXT    NOT NULL,
    event           TEXT    NOT NULL CHECK (event IN ('run.ended')),
    url             TEXT    NOT NULL,
    receiver        TEXT    NOT NULL,
    status          TEXT    NOT NULL CHECK (status IN ('pending', 'delivered', 'given_up')),
    attempts        INTEGER NOT NULL CHECK (attempts >= 0),
    failures        INTEGER NOT NULL CHECK (failures BETWEEN 0 AND attempts),
    next_attempt_at INTEGER,
    give_up_at      INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    delivered_at    INTEGER,
    body            TEXT    NOT NULL CHECK (json_valid(body)),
    UNIQUE (run_id, event),
    CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)),
    CHECK ((status = 'delivered') = (delivered_at IS NOT NULL))
) STRICT;

CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE status = 'pending';

CREATE TABLE delivery_attempts (
    delivery_id TEXT    NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL CHECK (number > 0),
    at          INTEGER NOT NULL,
    status      INTEGER          CHECK (status BETWEEN 200 AND 599),
    error       TEXT,
    duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
    PRIMARY KEY (delivery_id, number),
    CHECK (status IS NOT NULL OR error IS NOT NULL)
) STRICT, WITHOUT ROWID;
