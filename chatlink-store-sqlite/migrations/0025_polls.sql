-- What decisions need of messages that are polls. What they ask and offer is in their events and goes with the
-- message; so does its row here.
CREATE TABLE polls (
    room_no     INTEGER NOT NULL,
    message_seq INTEGER NOT NULL,
    -- How many there are.
    options     INTEGER NOT NULL CONSTRAINT polls_options CHECK (options BETWEEN 2 AND 12),
    multiple    INTEGER NOT NULL CONSTRAINT polls_multiple CHECK (multiple IN (0, 1)),
    -- When it closes by itself.
    closes_at   INTEGER,
    closed      INTEGER NOT NULL CONSTRAINT polls_closed CHECK (closed IN (0, 1)),
    CONSTRAINT polls_message PRIMARY KEY (room_no, message_seq)
) STRICT, WITHOUT ROWID;

-- Each person's one vote on a poll.
CREATE TABLE votes (
    room_no     INTEGER NOT NULL,
    message_seq INTEGER NOT NULL,
    user_id     BLOB    NOT NULL,
    -- A bit for each option chosen: 1 is the first.
    choices     INTEGER NOT NULL CONSTRAINT votes_choices CHECK (choices BETWEEN 1 AND 4095),
    CONSTRAINT votes_one_each PRIMARY KEY (room_no, message_seq, user_id)
) STRICT, WITHOUT ROWID;
