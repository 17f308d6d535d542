-- What helps a search of very many messages: of 256 full blocks of 64 seqs, a swath, which pairs and triples of characters
-- stand in which of its blocks, in up to 128 rows by their hashes. A full block is in its swath, or it is in search_todo.
CREATE TABLE search_swaths (
    room_id uuid   NOT NULL,
    swath   bigint NOT NULL,
    bucket  bigint NOT NULL,
    -- See chatlink-core/src/timeline/search/index/swath.rs. Hashes; no words.
    grams   bytea  NOT NULL,
    CONSTRAINT search_swaths_key PRIMARY KEY (room_id, swath, bucket)
);

-- What is indexed by block alone is indexed anew, and each room's last block, which is not full, for the first time.
INSERT INTO search_todo (room_id, block) SELECT room_id, block FROM search_blocks ON CONFLICT DO NOTHING;
INSERT INTO search_todo (room_id, block)
SELECT room_id, head_seq / 64 FROM rooms WHERE head_seq % 64 <> 63 ON CONFLICT DO NOTHING;
