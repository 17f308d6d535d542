-- Swaths keep groups of six characters, too, which the rows of before have not: everything is indexed anew, and until then
-- it is asked for by blocks alone.
DELETE FROM search_swaths;
INSERT INTO search_due (room_id, block, due_at)
SELECT room_id, generate_series(0, head_seq / 64), 0 FROM rooms
ON CONFLICT (room_id, block) DO UPDATE SET due_at = 0;

-- A search reads hundreds of these rows, which are two to five thousand bytes: each where it is, not in pieces elsewhere.
ALTER TABLE search_blocks SET (toast_tuple_target = 8160);
ALTER TABLE search_swaths SET (toast_tuple_target = 8160);
