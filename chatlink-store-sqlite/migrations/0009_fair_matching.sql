-- Matching that is fair: who was shown, who was asked, and another order each day.

-- Within a day people are drawn by a number that is another each day (`lot`). Derived, so that it is
-- filled anew by whoever is here next.
CREATE TABLE match_keys_by_lot (
    speaks     TEXT    NOT NULL,
    learns     TEXT    NOT NULL,
    cohort     INTEGER NOT NULL,
    -- The day of profiles.active_at, in days since 1970: an index that moves once a day at most.
    active_day INTEGER NOT NULL,
    lot        INTEGER NOT NULL,
    user_id    BLOB    NOT NULL,
    -- Of the learnt language: 1 (A1) to 6 (C2), 0 where none is.
    level      INTEGER NOT NULL,
    country    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (speaks, learns, cohort, active_day, lot, user_id)
) STRICT, WITHOUT ROWID;

INSERT INTO match_keys_by_lot
SELECT speaks, learns, cohort, active_day, 0, user_id, level, country, created_at FROM match_keys;

DROP TABLE match_keys;
ALTER TABLE match_keys_by_lot RENAME TO match_keys;

CREATE INDEX match_keys_by_country
    ON match_keys (speaks, learns, cohort, country, active_day, lot, user_id, level, created_at);
CREATE INDEX match_keys_by_user ON match_keys (user_id);

-- How often a person was shown in lists, and accepts; see `Standing` in the core.
CREATE TABLE standings (
    user_id         BLOB    NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
    slot            INTEGER NOT NULL,
    heat_earlier    INTEGER NOT NULL,
    heat            INTEGER NOT NULL,
    shown           INTEGER NOT NULL,
    accepts_earlier INTEGER NOT NULL,
    accepts         INTEGER NOT NULL,
    accepts_next    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whom a first contact asked, and when: it stays known when it is answered. NULL: of groups, and of
-- rooms that were answered before this was kept.
ALTER TABLE rooms ADD COLUMN asked_user BLOB;
ALTER TABLE rooms ADD COLUMN asked_at INTEGER;

UPDATE rooms SET asked_at = updated_at, asked_user = (
    SELECT CASE WHEN low = rooms.pending_opener THEN high ELSE low END
    FROM direct_rooms d WHERE d.room_id = rooms.room_id)
WHERE pending_opener IS NOT NULL;

CREATE INDEX rooms_waiting ON rooms (asked_user)
    WHERE asked_user IS NOT NULL AND pending_opener IS NOT NULL AND declined = 0 AND pending_sent > 0;
CREATE INDEX rooms_asked ON rooms (asked_user, asked_at, pending_opener) WHERE asked_user IS NOT NULL AND pending_sent > 0;
