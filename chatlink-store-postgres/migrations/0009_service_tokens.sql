-- What bots and a host's backends call with. Few: a list of them may be walked. Ended ones stay for a while to be looked at.
CREATE TABLE service_tokens (
    token_id     uuid             NOT NULL CONSTRAINT service_tokens_key PRIMARY KEY,
    name         text             NOT NULL,
    -- The secret itself is known to nobody but its holder.
    token_hash   bytea            NOT NULL CONSTRAINT service_tokens_token_hash UNIQUE
        CONSTRAINT service_tokens_token_length CHECK (length(token_hash) = 32),
    -- Names with a space in between.
    scopes       text COLLATE "C" NOT NULL,
    -- As whom it acts; NULL: as whichever of its own users the host names.
    user_id      uuid             CONSTRAINT service_tokens_account REFERENCES accounts (user_id),
    created_at   bigint           NOT NULL,
    last_used_at bigint,
    expires_at   bigint,
    revoked_at   bigint
);

-- For the one who goes.
CREATE INDEX service_tokens_by_user ON service_tokens (user_id);
