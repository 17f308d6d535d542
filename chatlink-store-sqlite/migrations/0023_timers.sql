-- How many seconds messages stay that are written from now on. NULL: without end.
ALTER TABLE rooms ADD COLUMN expires_in INTEGER
    CONSTRAINT rooms_expires_in_range CHECK (expires_in BETWEEN 1 AND 31536000);
