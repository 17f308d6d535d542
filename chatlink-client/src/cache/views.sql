-- What may be read from the server again. Ids are 16 bytes; forms of the wire are JSON as the server sent them.
BEGIN;
-- Who opened the file last; nobody else writes.
CREATE TABLE owner (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    token INTEGER NOT NULL
) STRICT;
INSERT INTO owner (one, token) VALUES (1, 0);
CREATE TABLE place (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    epoch TEXT NOT NULL,
    user_seq INTEGER NOT NULL,
    blocked TEXT NOT NULL
) STRICT;
CREATE TABLE rooms (
    id BLOB NOT NULL PRIMARY KEY,
    room TEXT NOT NULL
) STRICT;
CREATE TABLE people (
    id BLOB NOT NULL PRIMARY KEY,
    seen INTEGER NOT NULL,
    profile TEXT NOT NULL
) STRICT;
-- The newest part of a timeline, true up to as_of: of the main one (root is empty), or of the thread that begins with root.
CREATE TABLE timelines (
    room_id BLOB NOT NULL,
    root BLOB NOT NULL,
    as_of INTEGER NOT NULL,
    has_before INTEGER NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (room_id, root)
) STRICT;
CREATE TABLE items (
    room_id BLOB NOT NULL,
    root BLOB NOT NULL,
    seq INTEGER NOT NULL,
    item TEXT NOT NULL,
    PRIMARY KEY (room_id, root, seq),
    FOREIGN KEY (room_id, root) REFERENCES timelines (room_id, root) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
-- Last of all: a file without it is not whole.
PRAGMA user_version = 2;
COMMIT;
