-- People whom a person keeps at hand. One-sided: the other one learns nothing of it.
CREATE TABLE contact_list (
    owner   BLOB    NOT NULL CHECK (length(owner) = 16),
    user_id BLOB    NOT NULL CHECK (length(user_id) = 16),
    note    TEXT    NOT NULL,
    kept_at INTEGER NOT NULL,
    PRIMARY KEY (owner, user_id),
    CONSTRAINT contact_list_two_people CHECK (owner <> user_id)
) STRICT, WITHOUT ROWID;

-- For the one who goes.
CREATE INDEX contact_list_by_person ON contact_list (user_id, owner);
