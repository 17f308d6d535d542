-- What helps a search of very many messages: of 256 blocks of 64 seqs, a swath, which groups of two, three and four characters
-- stand in which of its blocks, in up to 256 rows by their hashes. Every message is in its swath, or its block is in
-- search_todo.
CREATE TABLE search_swaths (
    room_id uuid   NOT NULL,
    swath   bigint NOT NULL,
    bucket  bigint NOT NULL,
    -- See chatlink-core/src/timeline/search/index/swath.rs. Hashes; no words.
    grams   bytea  NOT NULL,
    CONSTRAINT search_swaths_key PRIMARY KEY (room_id, swath, bucket)
);

-- From when on a block is to be indexed: who writes goes on writing into it for a while.
ALTER TABLE search_todo ADD COLUMN due_at bigint NOT NULL DEFAULT 0;
ALTER TABLE search_todo ALTER COLUMN due_at DROP DEFAULT;
CREATE INDEX search_todo_due ON search_todo (due_at, room_id, block);

-- What is there already is indexed anew: until then it is asked for by blocks alone.
INSERT INTO search_todo (room_id, block, due_at)
SELECT room_id, generate_series(0, head_seq / 64), 0 FROM rooms ON CONFLICT DO NOTHING;
