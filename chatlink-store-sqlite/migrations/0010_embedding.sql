-- All that a host told of its people so far: what it only repeats is no news, and does not undo what
-- the person changed since.
CREATE TABLE host_words (
    user_id      BLOB NOT NULL PRIMARY KEY REFERENCES accounts (user_id),
    display_name TEXT,
    age_band     TEXT CONSTRAINT host_words_age_band CHECK (age_band IN ('13_15', '16_17', '18_plus', 'unknown')),
    locale       TEXT
) STRICT, WITHOUT ROWID;
