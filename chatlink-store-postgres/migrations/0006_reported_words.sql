-- What the reporter could read of the messages that a report names, when he made it, as JSON: it stays whatever becomes of
-- them, and is erased by its own time.
ALTER TABLE reports ADD COLUMN words text NOT NULL DEFAULT '[]';

CREATE INDEX reports_by_time ON reports (created_at, report_id);
CREATE INDEX reports_with_words ON reports (created_at) WHERE words <> '[]';
