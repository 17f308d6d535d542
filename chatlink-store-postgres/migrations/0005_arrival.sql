-- An installation on its way into this schema from another store, and how far it came. While there is a row, nobody
-- uses the schema as an installation.
CREATE TABLE arrival (
    singleton bigint NOT NULL CONSTRAINT arrival_key PRIMARY KEY CONSTRAINT arrival_one CHECK (singleton = 1),
    source    uuid   NOT NULL,
    -- The last row that was taken in, as JSON; NULL: none.
    mark      text
);
