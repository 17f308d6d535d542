-- Who is invited into a group by a member whom he does not know, and has not answered. A declined row stays for a
-- while, so that inviting again is heard by nobody.
CREATE TABLE invitations (
    room_no     INTEGER NOT NULL CONSTRAINT invitations_room REFERENCES rooms (room_no),
    user_id     BLOB    NOT NULL CONSTRAINT invitations_user_length CHECK (length(user_id) = 16),
    invited_by  BLOB    NOT NULL CONSTRAINT invitations_maker_length CHECK (length(invited_by) = 16),
    invited_at  INTEGER NOT NULL,
    declined_at INTEGER,
    CONSTRAINT invitations_one_each PRIMARY KEY (room_no, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX invitations_waiting ON invitations (user_id, invited_at, room_no) WHERE declined_at IS NULL;
CREATE INDEX invitations_by_user ON invitations (user_id);
CREATE INDEX invitations_by_maker ON invitations (invited_by);
