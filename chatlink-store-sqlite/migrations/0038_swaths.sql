-- What helps a search of very many messages: of 256 full blocks of 64 seqs, a swath, which pairs and triples of characters
-- stand in which of its blocks, in up to 128 rows by their hashes. part_no is room_no * 2^27 + swath * 2^7 + bucket, so that a
-- swath's rows lie together. A full block is in its swath, or it is in search_todo.
CREATE TABLE search_swaths (
    part_no INTEGER NOT NULL PRIMARY KEY,
    -- See chatlink-core/src/timeline/search/index/swath.rs. Hashes; no words.
    grams   BLOB    NOT NULL
) STRICT;

-- What is indexed by block alone is indexed anew, and each room's last block, which is not full, for the first time.
INSERT OR IGNORE INTO search_todo (block_no) SELECT block_no FROM search_blocks;
INSERT OR IGNORE INTO search_todo (block_no)
SELECT room_no * 4294967296 + head_seq / 64 FROM rooms WHERE head_seq % 64 <> 63;
