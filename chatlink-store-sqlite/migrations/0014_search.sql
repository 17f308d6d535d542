-- What helps search: of each 64 seqs of a room that are all taken, which pairs of characters stand in
-- which of its messages. block_no is room_no * 2^32 + seq / 64, so that a room's blocks lie together,
-- the newest last. A block without a row is read message by message: the index may be late, and is
-- thrown away wherever a message of it changes.
CREATE TABLE search_blocks (
    block_no INTEGER NOT NULL PRIMARY KEY,
    -- See src/search/grams.rs. Hashes; no words.
    grams    BLOB    NOT NULL
) STRICT;

-- Blocks that are to be indexed.
CREATE TABLE search_todo (
    block_no INTEGER NOT NULL PRIMARY KEY
) STRICT;

-- What is there already is indexed beside the requests.
INSERT INTO search_todo (block_no)
WITH RECURSIVE taken (room_no, block) AS (
    SELECT room_no, (head_seq + 1) / 64 - 1 FROM rooms WHERE head_seq >= 63
    UNION ALL
    SELECT room_no, block - 1 FROM taken WHERE block > 0
)
SELECT room_no * 4294967296 + block FROM taken;
