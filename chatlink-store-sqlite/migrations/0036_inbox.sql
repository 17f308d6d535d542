-- Messages that a host posts with its own rows, in its own transaction: it fills the first four columns by name. They go
-- when they are sent; of one that was rejected the words go and the rest stays until the host forgets it.
CREATE TABLE chatlink_inbox (
    -- In the order of inserting; never used twice.
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Ids of 16 bytes.
    client_id   BLOB    NOT NULL CONSTRAINT chatlink_inbox_client_id CHECK (length(client_id) = 16),
    room_id     BLOB    NOT NULL CONSTRAINT chatlink_inbox_room_id CHECK (length(room_id) = 16),
    -- NULL: the host itself.
    sender_id   BLOB CONSTRAINT chatlink_inbox_sender_id CHECK (length(sender_id) = 16),
    -- {"text": "…"}, and what else a message may have.
    body        TEXT    NOT NULL CONSTRAINT chatlink_inbox_body CHECK (length(body) <= 131072),
    claimed_at  INTEGER,
    -- The name of an error code.
    rejected    TEXT,
    rejected_at INTEGER
) STRICT;
CREATE INDEX chatlink_inbox_waiting ON chatlink_inbox (number) WHERE rejected IS NULL;
CREATE INDEX chatlink_inbox_of_room ON chatlink_inbox (room_id, number) WHERE rejected IS NULL;
CREATE INDEX chatlink_inbox_rejected ON chatlink_inbox (number) WHERE rejected IS NOT NULL;
CREATE INDEX chatlink_inbox_of_sender ON chatlink_inbox (sender_id);
