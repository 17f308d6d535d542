-- Deleting an account, and giving people what is kept of them.

-- A deleted account is a row without names: events and rooms still point at it.
CREATE INDEX accounts_deleted ON accounts (user_id) WHERE state = 'deleted';

-- Keyed hashes of contacts, and of hosts' own names, whose accounts were deleted: nobody gets them until
-- then.
CREATE TABLE departures (
    trace BLOB    NOT NULL PRIMARY KEY CHECK (length(trace) = 32),
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX departures_by_end ON departures (until);

CREATE INDEX attempts_by_asker ON attempts (asked_by) WHERE asked_by IS NOT NULL;

-- One index for two questions: whether a sender used a name in a room, and what a person wrote in all
-- rooms. An append writes as many index rows as before.
DROP INDEX events_by_key;
CREATE UNIQUE INDEX events_by_sender ON events (sender_id, room_no, client_id) WHERE client_id IS NOT NULL;
