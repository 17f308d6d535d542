-- An installation on its way into this file from another store, and how far it came. While there is a row, nobody opens
-- the file as an installation.
CREATE TABLE arrival (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    source    BLOB    NOT NULL CHECK (length(source) = 16),
    -- The last row that was taken in, as JSON; NULL: none.
    mark      TEXT
) STRICT;
