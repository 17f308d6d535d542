-- Rooms. room_no is this file's own short name for a room: it keeps the keys of events small.
CREATE TABLE rooms (
    room_no        INTEGER NOT NULL PRIMARY KEY,
    room_id        BLOB    NOT NULL CONSTRAINT rooms_id_length CHECK (length(room_id) = 16),
    kind           TEXT    NOT NULL CONSTRAINT rooms_kind_known CHECK (kind IN ('direct', 'group')),
    title          TEXT    NOT NULL,
    history        TEXT    NOT NULL CONSTRAINT rooms_history_known CHECK (history IN ('from_join', 'all')),
    -- Bumped by every change of what a decision in the room rests on.
    authz_version  INTEGER NOT NULL DEFAULT 1,
    head_seq       INTEGER NOT NULL DEFAULT 0,
    last_at        INTEGER NOT NULL,
    receipts_rev   INTEGER NOT NULL DEFAULT 0,
    member_count   INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    -- A first contact that waits: who opened it, how many messages it took, whether the other hid it.
    pending_opener BLOB    CONSTRAINT rooms_pending_is_direct CHECK (pending_opener IS NULL OR kind = 'direct'),
    pending_sent   INTEGER NOT NULL DEFAULT 0,
    declined       INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT rooms_id_unique UNIQUE (room_id)
) STRICT;

-- The one room of each pair.
CREATE TABLE direct_rooms (
    low     BLOB NOT NULL,
    high    BLOB NOT NULL,
    room_id BLOB NOT NULL,
    CONSTRAINT direct_rooms_pair PRIMARY KEY (low, high),
    CONSTRAINT direct_rooms_room UNIQUE (room_id),
    CONSTRAINT direct_rooms_order CHECK (low < high)
) STRICT, WITHOUT ROWID;

-- Creators' own names for their groups.
CREATE TABLE group_keys (
    creator   BLOB NOT NULL,
    client_id BLOB NOT NULL,
    request   BLOB NOT NULL,
    room_id   BLOB NOT NULL,
    CONSTRAINT group_keys_name PRIMARY KEY (creator, client_id)
) STRICT, WITHOUT ROWID;

-- Who is in a room now, with each one's own settings and marks. Who leaves has no row.
CREATE TABLE members (
    room_no       INTEGER NOT NULL CONSTRAINT members_room REFERENCES rooms (room_no),
    user_id       BLOB    NOT NULL CONSTRAINT members_user_length CHECK (length(user_id) = 16),
    role          TEXT    NOT NULL
        CONSTRAINT members_role_known CHECK (role IN ('owner', 'admin', 'moderator', 'member')),
    -- The first seq that may be read, and the event of the joining: nothing up to it is unread.
    from_seq      INTEGER NOT NULL,
    join_seq      INTEGER NOT NULL,
    joined_at     INTEGER NOT NULL,
    delivered_seq INTEGER NOT NULL DEFAULT 0,
    read_seq      INTEGER NOT NULL DEFAULT 0,
    archived      INTEGER NOT NULL DEFAULT 0,
    pinned        INTEGER NOT NULL DEFAULT 0,
    muted_until   INTEGER,
    marked_unread INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT members_one_each PRIMARY KEY (room_no, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_by_user ON members (user_id, room_no);
