CREATE TABLE deleted_notes (text TEXT NOT NULL, why TEXT NOT NULL DEFAULT 'no; reason') STRICT;
/* Blocks; too: 'unbalanced */
CREATE TRIGGER notes_deleted AFTER DELETE ON notes
BEGIN
    INSERT INTO deleted_notes (text) VALUES (OLD.text || '; gone');
    -- still inside; the trigger
    UPDATE deleted_notes SET why = CASE WHEN why = '' THEN 'END;' ELSE why END;
END;
INSERT INTO notes (text) VALUES ('first; note'), ('it''s; quoted')
