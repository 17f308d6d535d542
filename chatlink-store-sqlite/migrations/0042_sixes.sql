-- Swaths keep groups of six characters, too, which the rows of before have not: everything is indexed anew, and until then
-- it is asked for by blocks alone.
DELETE FROM search_swaths;
INSERT INTO search_due (block_no, due_at)
WITH RECURSIVE taken (room_no, block) AS (
    SELECT room_no, head_seq / 64 FROM rooms
    UNION ALL
    SELECT room_no, block - 1 FROM taken WHERE block > 0
)
SELECT room_no * 4294967296 + block, 0 FROM taken WHERE true
ON CONFLICT (block_no) DO UPDATE SET due_at = 0;
