-- Declined, and taken back by whoever asked: it looks gone to him, and goes on saying that nobody hears of it for a
-- while. What waits is erased when it is taken back.
ALTER TABLE asking ADD COLUMN taken_back INTEGER NOT NULL DEFAULT 0
    CONSTRAINT asking_taken_back CHECK (taken_back IN (0, 1));

-- Whom people invited into groups, as far as they know: until he comes in, or it is taken back. What became of it is
-- in `invitations`, and theirs not to see.
CREATE TABLE sent_invitations (
    room_no    INTEGER NOT NULL,
    user_id    BLOB    NOT NULL CHECK (length(user_id) = 16),
    invited_by BLOB    NOT NULL CHECK (length(invited_by) = 16),
    invited_at INTEGER NOT NULL,
    PRIMARY KEY (room_no, user_id, invited_by)
) STRICT, WITHOUT ROWID;

CREATE INDEX sent_invitations_by_maker ON sent_invitations (invited_by, invited_at);
CREATE INDEX sent_invitations_by_user ON sent_invitations (user_id);

INSERT INTO sent_invitations (room_no, user_id, invited_by, invited_at)
SELECT room_no, user_id, invited_by, invited_at FROM invitations;
