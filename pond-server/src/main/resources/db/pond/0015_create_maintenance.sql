-- Whether jobs are handed out: they are not while this table has its one row. Times are milliseconds since 1970 in UTC.
CREATE TABLE maintenance (
  only   INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
  reason TEXT,
  since  INTEGER NOT NULL,
  actor  TEXT    NOT NULL
) STRICT;
