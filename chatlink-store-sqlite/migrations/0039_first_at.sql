-- When the first event of a block was committed: a search that goes on below it need not look an event up to know how new the
-- rest may be. NULL: indexed before this was kept.
ALTER TABLE search_blocks ADD COLUMN first_at INTEGER;
