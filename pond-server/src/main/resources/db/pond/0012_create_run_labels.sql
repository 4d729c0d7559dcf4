-- What runs are looked up and added up by. Both tables are made from others, by triggers, so that nothing that stores a
-- run or a model call can forget them, and both are filled for what is stored already.

-- The labels of runs, which run_snapshots keeps as one JSON text. A page of runs is a walk through one of the indexes from
-- its end: by key and value, or by key alone, of one project or of all.
CREATE TABLE run_labels (
  run_id     TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  key        TEXT NOT NULL,
  value      TEXT NOT NULL,
  project_id TEXT NOT NULL,
  PRIMARY KEY (run_id, key)
) STRICT, WITHOUT ROWID;

INSERT INTO run_labels (run_id, key, value, project_id)
SELECT run_snapshots.run_id, label.key, label.value, runs.project_id
FROM run_snapshots JOIN runs ON runs.id = run_snapshots.run_id, json_each(run_snapshots.labels) AS label;

CREATE INDEX run_labels_by_value ON run_labels (key, value, run_id);
CREATE INDEX run_labels_by_key ON run_labels (key, run_id);
CREATE INDEX run_labels_by_project_value ON run_labels (project_id, key, value, run_id);
CREATE INDEX run_labels_by_project_key ON run_labels (project_id, key, run_id);

CREATE TRIGGER run_labels_of_snapshot AFTER INSERT ON run_snapshots BEGIN
  INSERT INTO run_labels (run_id, key, value, project_id)
  SELECT new.run_id, label.key, label.value, runs.project_id
  FROM runs, json_each(new.labels) AS label WHERE runs.id = new.run_id;
END;

-- Model calls of one day (UTC, days since 1970) of one run and model, added up; cost_micros is null when none has a known
-- price. Adding up a month from here reads some rows a run, where the calls themselves are some hundred bytes each.
CREATE TABLE usage_days (
  day                INTEGER NOT NULL,
  run_id             TEXT    NOT NULL,
  provider           TEXT    NOT NULL,
  model              TEXT    NOT NULL,
  project_id         TEXT    NOT NULL,
  calls              INTEGER NOT NULL,
  input_tokens       INTEGER NOT NULL,
  cache_read_tokens  INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  output_tokens      INTEGER NOT NULL,
  reasoning_tokens   INTEGER NOT NULL,
  cost_micros        INTEGER,
  PRIMARY KEY (day, run_id, provider, model)
) STRICT, WITHOUT ROWID;

INSERT INTO usage_days (day, run_id, provider, model, project_id, calls, input_tokens, cache_read_tokens,
    cache_write_tokens, output_tokens, reasoning_tokens, cost_micros)
SELECT usage_records.started_at / 86400000, usage_records.run_id, provider, model, project_id, count(*),
    sum(input_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(output_tokens), sum(reasoning_tokens),
    sum(cost_micros)
FROM usage_records JOIN runs ON runs.id = usage_records.run_id
GROUP BY 1, 2, 3, 4;

CREATE INDEX usage_days_by_project ON usage_days (project_id, day);

-- For the parts of days at both ends of a span.
CREATE INDEX usage_records_by_start ON usage_records (started_at);

CREATE TRIGGER usage_days_add AFTER INSERT ON usage_records BEGIN
  INSERT INTO usage_days (day, run_id, provider, model, project_id, calls, input_tokens, cache_read_tokens,
      cache_write_tokens, output_tokens, reasoning_tokens, cost_micros)
  SELECT new.started_at / 86400000, new.run_id, new.provider, new.model, runs.project_id, 1, new.input_tokens,
      new.cache_read_tokens, new.cache_write_tokens, new.output_tokens, new.reasoning_tokens, new.cost_micros
  FROM runs WHERE runs.id = new.run_id
  ON CONFLICT (day, run_id, provider, model) DO UPDATE SET
    calls = calls + 1,
    input_tokens = input_tokens + excluded.input_tokens,
    cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens,
    output_tokens = output_tokens + excluded.output_tokens,
    reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens,
    cost_micros = coalesce(cost_micros + excluded.cost_micros, cost_micros, excluded.cost_micros);
END;

-- Calls are deleted with their run, all of them, so a sum of which one part is gone is gone as a whole.
CREATE TRIGGER usage_days_remove AFTER DELETE ON usage_records BEGIN
  DELETE FROM usage_days
  WHERE day = old.started_at / 86400000 AND run_id = old.run_id AND provider = old.provider AND model = old.model;
END;
