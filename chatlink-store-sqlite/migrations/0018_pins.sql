-- What is pinned in each room, by the event that pinned it.
CREATE TABLE pins (
    room_no     INTEGER NOT NULL,
    message_seq INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    CONSTRAINT pins_message PRIMARY KEY (room_no, message_seq)
) STRICT, WITHOUT ROWID;
