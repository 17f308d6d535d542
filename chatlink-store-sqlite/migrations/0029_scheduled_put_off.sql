-- What could not be sent at its time waits again until then.
ALTER TABLE scheduled ADD COLUMN not_before INTEGER;
