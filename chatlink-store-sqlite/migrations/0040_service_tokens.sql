-- What bots and a host's backends call with. Few: a list of them may be walked. Ended ones stay for a while to be looked at.
CREATE TABLE service_tokens (
    token_id     BLOB    NOT NULL PRIMARY KEY CHECK (length(token_id) = 16),
    name         TEXT    NOT NULL,
    -- The secret itself is known to nobody but its holder.
    token_hash   BLOB    NOT NULL CONSTRAINT service_tokens_token_hash UNIQUE CHECK (length(token_hash) = 32),
    -- Names with a space in between.
    scopes       TEXT    NOT NULL,
    -- As whom it acts; NULL: as whichever of its own users the host names.
    user_id      BLOB    REFERENCES accounts (user_id),
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    expires_at   INTEGER,
    revoked_at   INTEGER
) STRICT, WITHOUT ROWID;

-- For the one who goes.
CREATE INDEX service_tokens_by_user ON service_tokens (user_id);
