-- Who outside is told of every event of every room. Each has a job of the kind chatlink.webhook.
CREATE TABLE webhooks (
    webhook_id    uuid   NOT NULL CONSTRAINT webhooks_key PRIMARY KEY,
    name          text   NOT NULL,
    url           text   NOT NULL,
    -- Sealed by the installation's secret.
    secret        bytea  NOT NULL,
    -- The one before a rotation, which signs besides until then.
    former_secret bytea,
    former_until  bigint,
    created_at    bigint NOT NULL,
    state         text   COLLATE "C" NOT NULL CONSTRAINT webhooks_state CHECK (state IN ('active', 'paused', 'disabled')),
    -- Since when nothing was taken, in how many tries, when the next is due, and what went wrong.
    failing_since bigint,
    attempts      bigint NOT NULL,
    due_at        bigint,
    last_error    text,
    CONSTRAINT webhooks_former CHECK ((former_secret IS NULL) = (former_until IS NULL))
);

-- How far each was told of each room; of a room without a row, nothing was told. until_seq: the end of a delivery that was
-- begun, and of which nobody knows whether it was taken.
CREATE TABLE webhook_rooms (
    webhook_id uuid   NOT NULL,
    room_id    uuid   NOT NULL,
    sent_seq   bigint NOT NULL,
    until_seq  bigint CONSTRAINT webhook_rooms_forward CHECK (until_seq > sent_seq),
    CONSTRAINT webhook_rooms_key PRIMARY KEY (webhook_id, room_id)
);

-- The rooms of which each may have something to be told: noted by each append. No foreign keys: an append would wait for
-- whoever changes a webhook, and fail where one is removed beside it; what that leaves behind goes with the next removal.
CREATE TABLE webhook_due (
    webhook_id uuid NOT NULL,
    room_id    uuid NOT NULL,
    CONSTRAINT webhook_due_key PRIMARY KEY (webhook_id, room_id)
);
