-- Work beside the requests. `due_at`: of a waiting job when it is due, of a running one when its lease
-- ends and it is due again, of a dead one nothing.
CREATE TABLE jobs (
    job_id     BLOB    NOT NULL PRIMARY KEY CHECK (length(job_id) = 16),
    kind       TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    payload    TEXT    NOT NULL CONSTRAINT jobs_payload CHECK (length(payload) <= 65536),
    state      TEXT    NOT NULL CONSTRAINT jobs_state CHECK (state IN ('waiting', 'running', 'dead')),
    due_at     INTEGER,
    attempts   INTEGER NOT NULL,
    token      BLOB    CHECK (length(token) = 16),
    last_error TEXT,
    progress   TEXT,
    changed_at INTEGER NOT NULL,
    CONSTRAINT jobs_one_a_key UNIQUE (kind, key),
    CONSTRAINT jobs_lease CHECK ((state = 'running') = (token IS NOT NULL)),
    CONSTRAINT jobs_due CHECK ((state = 'dead') = (due_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX jobs_by_due ON jobs (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_by_change ON jobs (changed_at);

-- Text messages that went out, by where to: twice each, by country (`ES`) and by the number's first
-- digits (`+3461234`). Caps and breakers count them; the number itself is not kept.
CREATE TABLE texts (
    route      TEXT    NOT NULL,
    attempt_id BLOB    NOT NULL CHECK (length(attempt_id) = 16),
    sent_at    INTEGER NOT NULL,
    -- A notice, which nobody answers; a code that was not given (yet); one that was.
    outcome    TEXT    NOT NULL CONSTRAINT texts_outcome CHECK (outcome IN ('notice', 'open', 'proved'))
) STRICT;

CREATE INDEX texts_by_route ON texts (route, sent_at);
CREATE INDEX texts_by_attempt ON texts (attempt_id);
CREATE INDEX texts_by_time ON texts (sent_at);

-- Routes that were closed because too few of their codes came back.
CREATE TABLE text_breakers (
    route        TEXT    NOT NULL PRIMARY KEY,
    closings     INTEGER NOT NULL,
    closed_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
