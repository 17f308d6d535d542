-- A person as others see them, and the private facts behind the rules. One row is the whole
-- profile, so that a page of matches is one lookup a person; lists are JSON arrays in their order.
CREATE TABLE profiles (
    user_id      BLOB    NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
    display_name TEXT    NOT NULL,
    -- YYYY-MM-DD; absent where a host told the age band.
    birth_date   TEXT,
    age_told     TEXT    CONSTRAINT profiles_age_told CHECK (age_told IN ('13_15', '16_17', '18_plus', 'unknown')),
    -- Whom the rules let meet: 0 minor, 1 adult, 2 unknown; as of the last write.
    cohort       INTEGER NOT NULL CONSTRAINT profiles_cohort CHECK (cohort BETWEEN 0 AND 2),
    -- When a minor becomes an adult, on the calendar of the place.
    of_age_at    INTEGER,
    country      TEXT    CHECK (length(country) = 2),
    time_zone    TEXT,
    -- ["en"]
    native       TEXT    NOT NULL,
    -- [["es","B1"]]
    learning     TEXT    NOT NULL,
    -- ["music"]
    interests    TEXT    NOT NULL DEFAULT '[]',
    about        TEXT    NOT NULL DEFAULT '',
    -- The hour in which a connection was last seen.
    active_at    INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    CONSTRAINT profiles_age CHECK ((birth_date IS NULL) <> (age_told IS NULL))
) STRICT, WITHOUT ROWID;

-- Those who were minors when their row was written, by the instant they no longer are.
CREATE INDEX profiles_of_age ON profiles (of_age_at) WHERE cohort = 0 AND of_age_at IS NOT NULL;

-- From languages to people: a row for every language spoken natively (learns ''), every one
-- learnt (speaks ''), and every pair of both; newest activity at the end of each run. Derived from
-- profiles, in the same transaction.
CREATE TABLE match_keys (
    speaks     TEXT    NOT NULL,
    learns     TEXT    NOT NULL,
    cohort     INTEGER NOT NULL,
    -- The day of profiles.active_at, in days since 1970: an index that moves once a day at most.
    active_day INTEGER NOT NULL,
    user_id    BLOB    NOT NULL,
    -- Of the learnt language: 1 (A1) to 6 (C2), 0 where none is.
    level      INTEGER NOT NULL,
    country    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (speaks, learns, cohort, active_day, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX match_keys_by_country ON match_keys (speaks, learns, cohort, country, active_day, user_id, level, created_at);
CREATE INDEX match_keys_by_user ON match_keys (user_id);

CREATE TABLE blocks (
    blocker    BLOB    NOT NULL CHECK (length(blocker) = 16),
    blocked    BLOB    NOT NULL CHECK (length(blocked) = 16),
    blocked_at INTEGER NOT NULL,
    PRIMARY KEY (blocker, blocked),
    CONSTRAINT blocks_two_people CHECK (blocker <> blocked)
) STRICT, WITHOUT ROWID;

CREATE INDEX blocks_by_blocked ON blocks (blocked, blocker);
CREATE INDEX blocks_by_time ON blocks (blocker, blocked_at, blocked);

-- Reports to the operators. What they name is kept as the reporter said it.
CREATE TABLE reports (
    report_id  BLOB    NOT NULL PRIMARY KEY CHECK (length(report_id) = 16),
    reporter   BLOB    NOT NULL,
    user_id    BLOB    NOT NULL,
    reason     TEXT    NOT NULL CONSTRAINT reports_reason CHECK (reason IN ('spam', 'abuse', 'minor', 'other')),
    note       TEXT    NOT NULL,
    room_id    BLOB,
    -- Array of ids.
    event_ids  TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX reports_by_reporter ON reports (reporter, created_at);

-- A person's own settings; no row: the defaults.
CREATE TABLE user_settings (
    user_id       BLOB    NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
    locale        TEXT    NOT NULL,
    theme         TEXT    NOT NULL CONSTRAINT user_settings_theme CHECK (theme IN ('system', 'light', 'dark')),
    typing        INTEGER NOT NULL CHECK (typing IN (0, 1)),
    read_receipts INTEGER NOT NULL CHECK (read_receipts IN (0, 1)),
    online        INTEGER NOT NULL CHECK (online IN (0, 1)),
    last_seen     INTEGER NOT NULL CHECK (last_seen IN (0, 1))
) STRICT, WITHOUT ROWID;
