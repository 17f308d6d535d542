-- The log of every room. A room's events lie together in the order of their seqs: all reads are
-- ranges. No foreign key to rooms: `append` holds the room's row when it writes here.
CREATE TABLE events (
    room_no    INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    id         BLOB    NOT NULL CONSTRAINT events_id_length CHECK (length(id) = 16),
    sender_id  BLOB    NOT NULL,
    at         INTEGER NOT NULL,
    -- The sender's name for it, and the MAC of the request, which is erased with the text.
    client_id  BLOB,
    request    BLOB,
    -- The message that an edit, redaction or reaction changes.
    target_seq INTEGER,
    -- Of messages and edits: the words, NULL once they are gone.
    text       TEXT,
    -- What else the body says, as JSON; NULL for nothing.
    body       TEXT,
    -- Of messages, copied to their edits: when the words are gone.
    expires_at INTEGER,
    -- Of messages: the text's version now; of edits: the version they made.
    version    INTEGER,
    -- Of messages: the edit whose words stand now.
    edit_seq   INTEGER,
    CONSTRAINT events_dense PRIMARY KEY (room_no, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX events_message_by_id ON events (id) WHERE kind = 'message';
CREATE UNIQUE INDEX events_by_key ON events (room_no, sender_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX events_edits_of ON events (room_no, target_seq) WHERE kind = 'edit';
CREATE INDEX events_expiring ON events (expires_at)
    WHERE kind = 'message' AND text IS NOT NULL AND expires_at IS NOT NULL;

-- Each person's one reaction to a message.
CREATE TABLE reactions (
    room_no     INTEGER NOT NULL,
    message_seq INTEGER NOT NULL,
    user_id     BLOB    NOT NULL,
    key         TEXT    NOT NULL,
    CONSTRAINT reactions_one_each PRIMARY KEY (room_no, message_seq, user_id)
) STRICT, WITHOUT ROWID;
