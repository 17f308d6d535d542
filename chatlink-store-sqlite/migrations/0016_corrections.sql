-- Where the corrections of a message stand. What they say is in their events: `text` holds the words as JSON,
-- and goes with the message or when a correction is withdrawn.
CREATE TABLE corrections (
    room_no     INTEGER NOT NULL,
    message_seq INTEGER NOT NULL,
    -- Of the event that proposed it.
    seq         INTEGER NOT NULL,
    id          BLOB    NOT NULL CONSTRAINT corrections_id_length CHECK (length(id) = 16),
    sender_id   BLOB    NOT NULL,
    -- Whose message it is, for the author's list; NULL once that account is deleted.
    author_id   BLOB,
    at          INTEGER NOT NULL,
    state       TEXT    NOT NULL
        CONSTRAINT corrections_state CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn')),
    CONSTRAINT corrections_place PRIMARY KEY (room_no, message_seq, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX corrections_by_author ON corrections (author_id, at, id) WHERE author_id IS NOT NULL;

CREATE INDEX events_corrections_of ON events (room_no, target_seq) WHERE kind = 'correction';
