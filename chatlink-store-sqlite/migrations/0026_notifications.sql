-- Of which messages a person is told: everywhere, and in one room; and the hours at which of none, in minutes since
-- midnight on the clock of a place.
ALTER TABLE user_settings ADD COLUMN notify TEXT NOT NULL DEFAULT 'all'
    CONSTRAINT user_settings_notify CHECK (notify IN ('all', 'mentions', 'none'));
ALTER TABLE user_settings ADD COLUMN quiet_from INTEGER
    CONSTRAINT user_settings_quiet_from CHECK (quiet_from BETWEEN 0 AND 1439);
ALTER TABLE user_settings ADD COLUMN quiet_to INTEGER
    CONSTRAINT user_settings_quiet_to CHECK (quiet_to BETWEEN 0 AND 1439 AND quiet_to <> quiet_from);
ALTER TABLE user_settings ADD COLUMN quiet_zone TEXT
    CONSTRAINT user_settings_quiet_zone
    CHECK ((quiet_zone IS NULL) = (quiet_from IS NULL) AND (quiet_zone IS NULL) = (quiet_to IS NULL));
ALTER TABLE members ADD COLUMN notify TEXT
    CONSTRAINT members_notify CHECK (notify IN ('all', 'mentions', 'none'));
