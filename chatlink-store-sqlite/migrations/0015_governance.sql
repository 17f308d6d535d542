-- How groups are led: what they are about, who may write, whom they mute and whom they keep out.
ALTER TABLE rooms ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN posting TEXT NOT NULL DEFAULT 'everyone'
    CONSTRAINT rooms_posting_known CHECK (posting IN ('everyone', 'admins'));

-- From whom a moderator took the word. Stays when the member goes: coming back does not give it back.
-- Times that have passed are swept with the next measure in the room.
CREATE TABLE mutes (
    room_no     INTEGER NOT NULL CONSTRAINT mutes_room REFERENCES rooms (room_no),
    user_id     BLOB    NOT NULL CONSTRAINT mutes_user_length CHECK (length(user_id) = 16),
    muted_until INTEGER NOT NULL,
    CONSTRAINT mutes_one_each PRIMARY KEY (room_no, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX mutes_by_user ON mutes (user_id);

-- Whom a room keeps out. NULL: whoever did that has deleted the account.
CREATE TABLE bans (
    room_no   INTEGER NOT NULL CONSTRAINT bans_room REFERENCES rooms (room_no),
    user_id   BLOB    NOT NULL CONSTRAINT bans_user_length CHECK (length(user_id) = 16),
    banned_by BLOB,
    banned_at INTEGER NOT NULL,
    CONSTRAINT bans_one_each PRIMARY KEY (room_no, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX bans_newest ON bans (room_no, banned_at, user_id);
CREATE INDEX bans_by_user ON bans (user_id);
CREATE INDEX bans_by_banner ON bans (banned_by) WHERE banned_by IS NOT NULL;
