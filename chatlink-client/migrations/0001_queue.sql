-- What waits to be sent: ids as 16 bytes, JSON as text.
CREATE TABLE send_queue (
    id BLOB NOT NULL PRIMARY KEY,
    place INTEGER NOT NULL,
    job TEXT NOT NULL
) STRICT;
