-- Messages that wait for their time, and those that could not be sent, with the error code.
CREATE TABLE scheduled (
    user_id    BLOB    NOT NULL,
    client_id  BLOB    NOT NULL,
    room_id    BLOB    NOT NULL,
    body       TEXT    NOT NULL,
    send_at    INTEGER NOT NULL,
    claimed_at INTEGER,
    failed     TEXT,
    CONSTRAINT scheduled_one_each PRIMARY KEY (user_id, client_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX scheduled_due ON scheduled (send_at, client_id) WHERE failed IS NULL;
CREATE INDEX scheduled_by_time ON scheduled (user_id, send_at, client_id);
