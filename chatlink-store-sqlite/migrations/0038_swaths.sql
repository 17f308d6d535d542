-- What helps a search of very many messages: of 256 blocks of 64 seqs, a swath, which groups of two, three and four characters
-- stand in which of its blocks, in up to 256 rows by their hashes. part_no is room_no * 2^28 + swath * 2^8 + bucket, so that a
-- swath's rows lie together. Every message is in its swath, or its block is in search_due.
CREATE TABLE search_swaths (
    part_no INTEGER NOT NULL PRIMARY KEY,
    -- See chatlink-core/src/timeline/search/index/swath.rs. Hashes; no words.
    grams   BLOB    NOT NULL
) STRICT;

-- Blocks that are to be indexed, and from when on: who writes goes on writing into a block for a while.
DROP TABLE search_todo;
CREATE TABLE search_due (
    block_no INTEGER NOT NULL PRIMARY KEY,
    due_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX search_due_at ON search_due (due_at, block_no);

-- What is there already is indexed anew: until then it is asked for by blocks alone.
INSERT INTO search_due (block_no, due_at)
WITH RECURSIVE taken (room_no, block) AS (
    SELECT room_no, head_seq / 64 FROM rooms
    UNION ALL
    SELECT room_no, block - 1 FROM taken WHERE block > 0
)
SELECT room_no * 4294967296 + block, 0 FROM taken;
