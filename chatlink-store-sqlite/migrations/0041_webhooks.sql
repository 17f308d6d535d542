-- Who outside is told of every event of every room. Each has a job of the kind chatlink.webhook.
CREATE TABLE webhooks (
    webhook_id    BLOB    NOT NULL PRIMARY KEY CONSTRAINT webhooks_id_length CHECK (length(webhook_id) = 16),
    name          TEXT    NOT NULL,
    url           TEXT    NOT NULL,
    -- Sealed by the installation's secret.
    secret        BLOB    NOT NULL,
    -- The one before a rotation, which signs besides until then.
    former_secret BLOB,
    former_until  INTEGER,
    created_at    INTEGER NOT NULL,
    state         TEXT    NOT NULL CONSTRAINT webhooks_state CHECK (state IN ('active', 'paused', 'disabled')),
    -- Since when nothing was taken, in how many tries, when the next is due, and what went wrong.
    failing_since INTEGER,
    attempts      INTEGER NOT NULL,
    due_at        INTEGER,
    last_error    TEXT,
    CONSTRAINT webhooks_former CHECK ((former_secret IS NULL) = (former_until IS NULL))
) STRICT, WITHOUT ROWID;

-- How far each was told of each room; of a room without a row, nothing was told. until_seq: the end of a delivery that was
-- begun, and of which nobody knows whether it was taken.
CREATE TABLE webhook_rooms (
    webhook_id BLOB    NOT NULL,
    room_no    INTEGER NOT NULL,
    sent_seq   INTEGER NOT NULL,
    until_seq  INTEGER CONSTRAINT webhook_rooms_forward CHECK (until_seq > sent_seq),
    CONSTRAINT webhook_rooms_key PRIMARY KEY (webhook_id, room_no)
) STRICT, WITHOUT ROWID;

-- The rooms of which each may have something to be told: noted by each append.
CREATE TABLE webhook_due (
    webhook_id BLOB    NOT NULL,
    room_no    INTEGER NOT NULL,
    CONSTRAINT webhook_due_key PRIMARY KEY (webhook_id, room_no)
) STRICT, WITHOUT ROWID;
