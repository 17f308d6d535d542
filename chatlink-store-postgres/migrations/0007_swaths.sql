-- What helps a search of very many messages: of 256 blocks of 64 seqs, a swath, which groups of two, three and four characters
-- stand in which of its blocks, in up to 256 rows by their hashes. Every message is in its swath, or its block is in
-- search_due.
CREATE TABLE search_swaths (
    room_id uuid   NOT NULL,
    swath   bigint NOT NULL,
    bucket  bigint NOT NULL,
    -- See chatlink-core/src/timeline/search/index/swath.rs. Hashes; no words.
    grams   bytea  NOT NULL,
    CONSTRAINT search_swaths_key PRIMARY KEY (room_id, swath, bucket)
);

-- Blocks that are to be indexed, and from when on: who writes goes on writing into a block for a while.
CREATE TABLE search_due (
    room_id uuid   NOT NULL,
    block   bigint NOT NULL,
    due_at  bigint NOT NULL,
    CONSTRAINT search_due_key PRIMARY KEY (room_id, block)
);
CREATE INDEX search_due_at ON search_due (due_at, room_id, block);

-- What is there already is indexed anew: until then it is asked for by blocks alone.
INSERT INTO search_due (room_id, block, due_at)
SELECT room_id, generate_series(0, head_seq / 64), 0 FROM rooms;

-- Nodes of the version before know search_todo and no swaths; what they write is noted for them. Nodes of this version note
-- it themselves, and say so by chatlink.notes. To be dropped, with search_todo, once that version cannot be beside this one any more.
CREATE FUNCTION note_of_earlier_version() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_TABLE_NAME = 'rooms' THEN
        INSERT INTO search_due (room_id, block, due_at)
        SELECT NEW.room_id, generate_series(OLD.head_seq / 64, NEW.head_seq / 64), 0
        ON CONFLICT (room_id, block) DO UPDATE SET due_at = 0;
    ELSE
        INSERT INTO search_due (room_id, block, due_at) VALUES (OLD.room_id, OLD.block, 0)
        ON CONFLICT (room_id, block) DO UPDATE SET due_at = 0;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER rooms_note_of_earlier_version AFTER UPDATE OF head_seq ON rooms FOR EACH ROW
    WHEN (NEW.head_seq > OLD.head_seq AND current_setting('chatlink.notes', true) IS DISTINCT FROM 'own')
    EXECUTE FUNCTION note_of_earlier_version();

CREATE TRIGGER blocks_note_of_earlier_version AFTER DELETE ON search_blocks FOR EACH ROW
    WHEN (current_setting('chatlink.notes', true) IS DISTINCT FROM 'own')
    EXECUTE FUNCTION note_of_earlier_version();
