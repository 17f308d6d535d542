-- A third purpose of attempts: a further contact of an account, with who asked for it. SQLite changes
-- no constraint in place, so the table is written anew.
CREATE TABLE attempts_with_contacts (
    attempt_id      BLOB    NOT NULL PRIMARY KEY CHECK (length(attempt_id) = 16),
    purpose         TEXT    NOT NULL CONSTRAINT attempts_purpose CHECK (purpose IN ('registration', 'reset', 'contact')),
    contact_kind    TEXT,
    contact         TEXT,
    contact_key     TEXT,
    contact_trace   BLOB    NOT NULL CHECK (length(contact_trace) = 32),
    user_id         BLOB,
    asked_by        BLOB,
    live            INTEGER NOT NULL CHECK (live IN (0, 1)),
    code_mac        BLOB    NOT NULL CHECK (length(code_mac) = 32),
    state           TEXT    NOT NULL CONSTRAINT attempts_state CHECK (state IN ('open', 'proved', 'done', 'refused')),
    sends           INTEGER NOT NULL,
    sent_at         INTEGER NOT NULL,
    checks          INTEGER NOT NULL,
    checked_at      INTEGER NOT NULL,
    code_expires_at INTEGER NOT NULL,
    ends_at         INTEGER NOT NULL,
    proof_hash      BLOB    CHECK (length(proof_hash) = 32),
    complete_by     INTEGER,
    CONSTRAINT attempts_proof CHECK ((state = 'proved') = (proof_hash IS NOT NULL AND complete_by IS NOT NULL)),
    CONSTRAINT attempts_live CHECK (live = 0 OR contact IS NOT NULL),
    CONSTRAINT attempts_asked_by CHECK ((purpose = 'contact') = (asked_by IS NOT NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO attempts_with_contacts (attempt_id, purpose, contact_kind, contact, contact_key, contact_trace, user_id,
                                    live, code_mac, state, sends, sent_at, checks, checked_at, code_expires_at,
                                    ends_at, proof_hash, complete_by)
SELECT attempt_id, purpose, contact_kind, contact, contact_key, contact_trace, user_id, live, code_mac, state, sends,
       sent_at, checks, checked_at, code_expires_at, ends_at, proof_hash, complete_by
FROM attempts;

DROP TABLE attempts;
ALTER TABLE attempts_with_contacts RENAME TO attempts;

CREATE INDEX attempts_by_end ON attempts (ends_at);
CREATE INDEX attempts_by_trace ON attempts (contact_trace);
CREATE INDEX attempts_by_user ON attempts (user_id) WHERE user_id IS NOT NULL;

-- Second factors. `seed` is sealed with a key outside the database and bound to its person; a code of
-- `last_step` or of an earlier step is never taken again.
CREATE TABLE second_factors (
    user_id       BLOB    NOT NULL PRIMARY KEY REFERENCES accounts (user_id),
    seed          BLOB    NOT NULL,
    state         TEXT    NOT NULL CONSTRAINT second_factors_state CHECK (state IN ('pending', 'on')),
    pending_until INTEGER,
    last_step     INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    CONSTRAINT second_factors_pending CHECK ((state = 'pending') = (pending_until IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX second_factors_by_end ON second_factors (pending_until) WHERE pending_until IS NOT NULL;

-- Recovery codes that were not used: SHA-256, bound to the person.
CREATE TABLE recovery_codes (
    user_id   BLOB NOT NULL REFERENCES second_factors (user_id) ON DELETE CASCADE,
    code_hash BLOB NOT NULL CHECK (length(code_hash) = 32),
    PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;

-- What happened to an account, for its owner to read. Numbered by account.
CREATE TABLE security_log (
    user_id BLOB    NOT NULL REFERENCES accounts (user_id),
    number  INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    prefix  BLOB    NOT NULL,
    device  TEXT    NOT NULL,
    PRIMARY KEY (user_id, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX security_log_by_time ON security_log (at);

-- When the username was last changed, and names that are kept for who had them.
ALTER TABLE accounts ADD COLUMN username_changed_at INTEGER;

CREATE TABLE reserved_usernames (
    username_key TEXT    NOT NULL PRIMARY KEY,
    user_id      BLOB    NOT NULL REFERENCES accounts (user_id),
    until        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX reserved_usernames_by_end ON reserved_usernames (until);
