-- Which run was made from which. Both are plain ids without a reference: a row says what was, also when one of them is gone.
-- pins has what each source had been resolved to in the original, by label; a fetch is held to it.
CREATE TABLE reruns (
    rerun    TEXT NOT NULL PRIMARY KEY,
    original TEXT NOT NULL,
    begins   TEXT NOT NULL CHECK (begins IN ('start', 'failed')),
    pins     TEXT NOT NULL CHECK (json_valid(pins))
) STRICT, WITHOUT ROWID;

CREATE INDEX reruns_by_original ON reruns (original, rerun);

-- The run in which a stage really ran, where that is another one.
ALTER TABLE stages ADD COLUMN reused_from TEXT CHECK (reused_from IS NULL OR status = 'done');
