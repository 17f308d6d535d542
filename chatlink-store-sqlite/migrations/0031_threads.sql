-- The message in whose thread a message stands; it stays when the words go.
ALTER TABLE events ADD COLUMN thread BLOB;
CREATE INDEX events_of_thread ON events (room_no, thread, seq) WHERE thread IS NOT NULL;

-- Who follows which thread, and has read it up to where.
CREATE TABLE thread_marks (
    user_id  BLOB    NOT NULL,
    room_no  INTEGER NOT NULL,
    root     BLOB    NOT NULL,
    read_seq INTEGER NOT NULL,
    CONSTRAINT thread_marks_one_each PRIMARY KEY (user_id, room_no, root)
) STRICT, WITHOUT ROWID;
