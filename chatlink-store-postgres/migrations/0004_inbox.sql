-- Messages that a host posts with its own rows, in its own transaction: it fills the first four columns by name. They go
-- when they are sent; of one that was rejected the words go and the rest stays until the host forgets it.
CREATE TABLE chatlink_inbox (
    client_id   uuid   NOT NULL,
    room_id     uuid   NOT NULL,
    -- NULL: the host itself.
    sender_id   uuid,
    -- {"text": "…"}, and what else a message may have, as JSON.
    body        text   NOT NULL CONSTRAINT chatlink_inbox_body CHECK (length(body) <= 131072),
    -- In the order of inserting; never used twice.
    number      bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT chatlink_inbox_key PRIMARY KEY,
    claimed_at  bigint,
    -- The name of an error code.
    rejected    text COLLATE "C",
    rejected_at bigint
);
CREATE INDEX chatlink_inbox_waiting ON chatlink_inbox (number) WHERE rejected IS NULL;
CREATE INDEX chatlink_inbox_of_room ON chatlink_inbox (room_id, number) WHERE rejected IS NULL;
CREATE INDEX chatlink_inbox_rejected ON chatlink_inbox (number) WHERE rejected IS NOT NULL;
CREATE INDEX chatlink_inbox_of_sender ON chatlink_inbox (sender_id);
