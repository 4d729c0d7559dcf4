-- A comment with a semicolon; and a quote: it's not a statement's end.
CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE,
    written_at INTEGER
) STRICT;

CREATE TABLE replies (
    id INTEGER PRIMARY KEY,
    note INTEGER NOT NULL REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
