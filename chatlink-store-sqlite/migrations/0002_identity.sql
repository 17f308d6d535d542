-- The highest time that the store was told: deadlines are compared with it, so that a clock that
-- jumped back revives nothing. One row.
CREATE TABLE store_clock (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    last_seen INTEGER NOT NULL
) STRICT;

INSERT INTO store_clock (singleton, last_seen) VALUES (1, 0);

-- A person's identity. `username_key` is the canonical form in which lookalikes are the same.
CREATE TABLE accounts (
    user_id      BLOB    NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
    username     TEXT    NOT NULL,
    username_key TEXT    NOT NULL CONSTRAINT accounts_username_key UNIQUE,
    state        TEXT    NOT NULL CONSTRAINT accounts_state CHECK (state IN ('active', 'deleted')),
    external_id  TEXT    CONSTRAINT accounts_external_id UNIQUE,
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Proved contacts: where codes and notices go, and what one may log in with.
CREATE TABLE contacts (
    kind        TEXT    NOT NULL CONSTRAINT contacts_kind CHECK (kind IN ('email', 'mobile')),
    contact_key TEXT    NOT NULL,
    user_id     BLOB    NOT NULL REFERENCES accounts (user_id),
    value       TEXT    NOT NULL,
    verified_at INTEGER NOT NULL,
    PRIMARY KEY (kind, contact_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX contacts_by_user ON contacts (user_id, verified_at);

CREATE TABLE passwords (
    user_id    BLOB    NOT NULL PRIMARY KEY REFERENCES accounts (user_id),
    phc        TEXT    NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Attempts to register or to reset a password. `live`: a right code proves something; it is 0 where
-- the contact is known already, the login is nobody's, or no mail went out.
CREATE TABLE attempts (
    attempt_id      BLOB    NOT NULL PRIMARY KEY CHECK (length(attempt_id) = 16),
    purpose         TEXT    NOT NULL CONSTRAINT attempts_purpose CHECK (purpose IN ('registration', 'reset')),
    contact_kind    TEXT,
    contact         TEXT,
    contact_key     TEXT,
    contact_trace   BLOB    NOT NULL CHECK (length(contact_trace) = 32),
    user_id         BLOB,
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
    CONSTRAINT attempts_live CHECK (live = 0 OR contact IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_by_end ON attempts (ends_at);
CREATE INDEX attempts_by_trace ON attempts (contact_trace);

-- What was spent of a budget, one row each; only rows inside the budget's window count.
CREATE TABLE spendings (
    budget  TEXT    NOT NULL,
    subject BLOB    NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

CREATE INDEX spendings_by_subject ON spendings (budget, subject, at);
CREATE INDEX spendings_by_time ON spendings (at);

-- Contacts that were refused for their owner's age: a keyed hash and when it is forgotten.
CREATE TABLE refusals (
    contact_trace BLOB    NOT NULL PRIMARY KEY CHECK (length(contact_trace) = 32),
    until         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX refusals_by_end ON refusals (until);

-- Failed logins in a row, of an account or of a login that is nobody's.
CREATE TABLE login_failures (
    subject   BLOB    NOT NULL PRIMARY KEY,
    failures  INTEGER NOT NULL,
    failed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX login_failures_by_time ON login_failures (failed_at);

-- Logged-in devices. Ended ones are deleted here and named in `ended_sessions` for a while.
CREATE TABLE sessions (
    session_id   BLOB    NOT NULL PRIMARY KEY CHECK (length(session_id) = 16),
    user_id      BLOB    NOT NULL REFERENCES accounts (user_id),
    "grant"      TEXT    NOT NULL CONSTRAINT sessions_grant CHECK ("grant" IN ('cookie', 'token')),
    token_hash   BLOB    NOT NULL CONSTRAINT sessions_token_hash UNIQUE CHECK (length(token_hash) = 32),
    device       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    -- The end that comes first: idle, or too old.
    alive_until  INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_user ON sessions (user_id, last_used_at);
CREATE INDEX sessions_by_end ON sessions (alive_until);

-- Each end of a session, in order: every node follows this list.
CREATE TABLE ended_sessions (
    ended_seq  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    session_id BLOB    NOT NULL,
    ended_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX ended_sessions_by_time ON ended_sessions (ended_at);
