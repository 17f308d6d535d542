-- What makes this file one installation. One row.
CREATE TABLE installation (
    singleton   INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    id          BLOB    NOT NULL CHECK (length(id) = 16),
    epoch       TEXT    NOT NULL
) STRICT;

-- Fingerprints of the secrets that this store was used with.
CREATE TABLE secret_fingerprints (
    fingerprint BLOB NOT NULL PRIMARY KEY CHECK (length(fingerprint) = 16)
) STRICT, WITHOUT ROWID;

-- Users' own logs: the newest row of each (user, kind, subject).
CREATE TABLE user_log_heads (
    user_id  BLOB    NOT NULL PRIMARY KEY,
    user_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE user_log (
    user_id  BLOB    NOT NULL,
    kind     TEXT    NOT NULL,
    subject  TEXT    NOT NULL,
    user_seq INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    PRIMARY KEY (user_id, kind, subject)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX user_log_by_seq ON user_log (user_id, user_seq);
