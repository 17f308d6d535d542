-- How far one has read the thread that begins with a message, until the server surely knows it: ids as 16 bytes.
CREATE TABLE thread_marks (
    room_id BLOB NOT NULL,
    root BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (room_id, root)
) STRICT;
