-- What stands in the main timeline by itself: pages, last items and counts read it, however many votes and reactions lie
-- between. Every kind that is folded into another is left out.
CREATE INDEX events_shown ON events (room_id, seq)
    WHERE kind NOT IN ('edit', 'redaction', 'reaction', 'correction', 'correction_decision', 'pin', 'vote', 'poll_closed')
      AND thread IS NULL;
