-- How far one has read, until the server surely knows it: ids as 16 bytes.
CREATE TABLE read_marks (
    room_id BLOB NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT;
