-- What members keep for themselves. Drafts stand in their own log.

-- Stars. They go when the message or the member does.
CREATE TABLE stars (
    user_id    BLOB    NOT NULL,
    room_no    INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    message_id BLOB    NOT NULL,
    starred_at INTEGER NOT NULL,
    CONSTRAINT stars_once PRIMARY KEY (user_id, room_no, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX stars_by_time ON stars (user_id, starred_at, message_id);
CREATE INDEX stars_of_message ON stars (room_no, seq);

-- Messages that somebody hid for himself.
CREATE TABLE hides (
    user_id BLOB    NOT NULL,
    room_no INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    CONSTRAINT hides_once PRIMARY KEY (user_id, room_no, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX hides_of_message ON hides (room_no, seq);
