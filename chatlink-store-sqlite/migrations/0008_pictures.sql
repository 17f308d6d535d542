-- A short line of a profile, and which picture it shows: the first 16 bytes of its SHA-256.
ALTER TABLE profiles ADD COLUMN status TEXT NOT NULL DEFAULT '';
ALTER TABLE profiles ADD COLUMN avatar BLOB CHECK (length(avatar) = 16);

-- People's pictures, encoded, in both sizes: apart from profiles, so that their pages stay small.
CREATE TABLE avatars (
    user_id BLOB NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
    version BLOB NOT NULL CHECK (length(version) = 16),
    small   BLOB NOT NULL,
    large   BLOB NOT NULL
) STRICT;
