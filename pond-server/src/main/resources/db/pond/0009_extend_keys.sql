-- What tells keys apart, and which of them are still in use. prefix is what follows pond_pk_ in the plaintext, null for keys
-- that were minted before this; last_used_at is exact to the minute.
ALTER TABLE keys ADD COLUMN prefix TEXT CHECK (length(prefix) = 6);
ALTER TABLE keys ADD COLUMN last_used_at INTEGER CHECK (last_used_at >= created_at);
