-- Whom the messages of a room name; the nil id stands for all members.
CREATE TABLE mentions (
    room_no INTEGER NOT NULL,
    user_id BLOB    NOT NULL,
    seq     INTEGER NOT NULL,
    CONSTRAINT mentions_one_each PRIMARY KEY (room_no, user_id, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX mentions_of ON mentions (room_no, seq);
CREATE INDEX mentions_by_user ON mentions (user_id);
