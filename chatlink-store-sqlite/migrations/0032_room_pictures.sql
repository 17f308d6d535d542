-- Which picture shows a group: the first 16 bytes of its SHA-256.
ALTER TABLE rooms ADD COLUMN avatar BLOB CHECK (length(avatar) = 16);

-- Pictures of groups, encoded, in both sizes: apart from rooms, so that their pages stay small.
CREATE TABLE room_avatars (
    room_no INTEGER NOT NULL PRIMARY KEY,
    version BLOB    NOT NULL CHECK (length(version) = 16),
    small   BLOB    NOT NULL,
    large   BLOB    NOT NULL
) STRICT;
