-- Declined, and taken back by whoever asked or invited: it looks gone to him, and goes on saying that nobody hears of it
-- for a while. What waits is erased when it is taken back.
ALTER TABLE asking ADD COLUMN taken_back INTEGER NOT NULL DEFAULT 0
    CONSTRAINT asking_taken_back CHECK (taken_back IN (0, 1));
ALTER TABLE invitations ADD COLUMN taken_back INTEGER NOT NULL DEFAULT 0
    CONSTRAINT invitations_taken_back CHECK (taken_back IN (0, 1));
