-- Passkeys: a device's public keys. `credential` is what the adapter needs of one, opaque and nothing secret;
-- `counter` is the device's count of uses: a login with one that does not rise is refused.
CREATE TABLE passkeys (
    passkey_id    BLOB    NOT NULL PRIMARY KEY CHECK (length(passkey_id) = 16),
    user_id       BLOB    NOT NULL REFERENCES accounts (user_id) ON DELETE CASCADE,
    credential_id BLOB    NOT NULL CONSTRAINT passkeys_credential_id UNIQUE,
    credential    BLOB    NOT NULL,
    counter       INTEGER NOT NULL,
    name          TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at, passkey_id);

-- Ceremonies that wait for the device's answer: of a new passkey of an account, or of a login, which is
-- nobody's yet and is counted for the network `prefix`. One answer deletes its row.
CREATE TABLE passkey_ceremonies (
    ceremony_id BLOB    NOT NULL PRIMARY KEY CHECK (length(ceremony_id) = 16),
    purpose     TEXT    NOT NULL CONSTRAINT passkey_ceremonies_purpose CHECK (purpose IN ('new', 'login')),
    user_id     BLOB    REFERENCES accounts (user_id) ON DELETE CASCADE,
    prefix      BLOB,
    state       BLOB    NOT NULL,
    ends_at     INTEGER NOT NULL,
    CONSTRAINT passkey_ceremonies_user CHECK ((purpose = 'new') = (user_id IS NOT NULL)),
    CONSTRAINT passkey_ceremonies_prefix CHECK ((purpose = 'login') = (prefix IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX passkey_ceremonies_by_user ON passkey_ceremonies (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX passkey_ceremonies_by_end ON passkey_ceremonies (ends_at);
