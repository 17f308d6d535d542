-- Which picture shows a group: the first 16 bytes of its SHA-256.
ALTER TABLE rooms ADD COLUMN avatar bytea CONSTRAINT rooms_avatar_length CHECK (length(avatar) = 16);

-- Pictures of groups, encoded, in both sizes: apart from rooms, so that their pages stay small.
CREATE TABLE room_avatars (
    room_id uuid  NOT NULL CONSTRAINT room_avatars_key PRIMARY KEY,
    version bytea NOT NULL CONSTRAINT room_avatars_version_length CHECK (length(version) = 16),
    small   bytea NOT NULL,
    large   bytea NOT NULL
);

-- They are compressed already.
ALTER TABLE room_avatars ALTER COLUMN small SET STORAGE EXTERNAL, ALTER COLUMN large SET STORAGE EXTERNAL;
