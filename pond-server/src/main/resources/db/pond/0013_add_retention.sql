-- What retention takes from runs that have ended, and what stays when they are gone. Times are milliseconds since 1970 in UTC.

-- When the log and the artifacts of a run were removed, if there were any.
ALTER TABLE runs ADD COLUMN logs_removed_at INTEGER CHECK (logs_removed_at IS NULL OR finished_at IS NOT NULL);
ALTER TABLE runs ADD COLUMN artifacts_removed_at INTEGER CHECK (artifacts_removed_at IS NULL OR finished_at IS NOT NULL);

-- With many ended runs in a project, its few others are found without walking past them all.
CREATE INDEX runs_by_project_status ON runs (project_id, status, id);

-- The sums of model calls stay when their run is deleted: what has been paid is still asked for.
DROP TRIGGER usage_days_remove;

-- The labels of deleted runs that have made model calls, for sums by label.
CREATE TABLE usage_labels (
  run_id TEXT NOT NULL,
  key    TEXT NOT NULL,
  value  TEXT NOT NULL,
  PRIMARY KEY (run_id, key)
) STRICT, WITHOUT ROWID;

CREATE VIEW labels_of_usage AS
SELECT run_id, key, value FROM run_labels
UNION ALL SELECT run_id, key, value FROM usage_labels;
