-- The ways into groups: public rooms, invites, and asking to be let in.
ALTER TABLE rooms ADD COLUMN visibility TEXT NOT NULL DEFAULT 'private'
    CONSTRAINT rooms_visibility_known CHECK (visibility IN ('private', 'public'));
ALTER TABLE rooms ADD COLUMN join_rule TEXT NOT NULL DEFAULT 'open'
    CONSTRAINT rooms_join_known CHECK (join_rule IN ('open', 'request'));
ALTER TABLE rooms ADD COLUMN language TEXT;
ALTER TABLE rooms ADD COLUMN level TEXT;

CREATE INDEX rooms_public ON rooms (updated_at, room_id) WHERE visibility = 'public';
CREATE INDEX rooms_public_by_language ON rooms (language, updated_at, room_id) WHERE visibility = 'public';
-- Whose rooms they are, without a walk through the members of any.
CREATE INDEX members_owners ON members (room_no, user_id) WHERE role = 'owner';

CREATE TABLE invites (
    invite_id  BLOB    NOT NULL CONSTRAINT invites_id PRIMARY KEY CHECK (length(invite_id) = 16),
    token_hash BLOB    NOT NULL CONSTRAINT invites_token UNIQUE CHECK (length(token_hash) = 32),
    room_no    INTEGER NOT NULL CONSTRAINT invites_room REFERENCES rooms (room_no),
    created_by BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    -- NULL: without end.
    max_uses   INTEGER,
    uses       INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER,
    CONSTRAINT invites_not_one_too_many CHECK (max_uses IS NULL OR uses <= max_uses)
) STRICT, WITHOUT ROWID;

CREATE INDEX invites_by_room ON invites (room_no, created_at, invite_id);
CREATE INDEX invites_by_maker ON invites (created_by);

-- Who asks to be let in. A declined row stays for a while, so that asking again is heard by nobody.
CREATE TABLE asking (
    room_no     INTEGER NOT NULL CONSTRAINT asking_room REFERENCES rooms (room_no),
    user_id     BLOB    NOT NULL CONSTRAINT asking_user_length CHECK (length(user_id) = 16),
    asked_at    INTEGER NOT NULL,
    declined_at INTEGER,
    CONSTRAINT asking_one_each PRIMARY KEY (room_no, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX asking_waiting ON asking (room_no, asked_at, user_id) WHERE declined_at IS NULL;
CREATE INDEX asking_by_user ON asking (user_id);
