-- Who finds a person among the suggested partners, and who may turn to a person first.
ALTER TABLE user_settings ADD COLUMN find_me TEXT NOT NULL DEFAULT 'everyone'
    CONSTRAINT user_settings_find_me CHECK (find_me IN ('everyone', 'nobody'));
ALTER TABLE user_settings ADD COLUMN write_first TEXT NOT NULL DEFAULT 'everyone'
    CONSTRAINT user_settings_write_first CHECK (write_first IN ('everyone', 'shared_language', 'nobody'));
