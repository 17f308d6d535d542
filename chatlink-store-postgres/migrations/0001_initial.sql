-- ChatLink on PostgreSQL: everything in the one schema that comes first in the search path.
--
-- Times are bigint microseconds since 1970: exactly what the engine compares, since every time is a parameter and
-- no statement asks the server's clock; as_time() shows them to people. Ids are uuid. What is compared or ordered
-- by its bytes is COLLATE "C", so that the database's language changes nothing. JSON that the engine alone reads
-- is text.

CREATE FUNCTION as_time(micros bigint) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN 'epoch'::timestamptz + micros * '1 microsecond'::interval;

-- What makes this database one installation. One row.
CREATE TABLE installation (
    singleton bigint NOT NULL CONSTRAINT installation_key PRIMARY KEY CONSTRAINT installation_one CHECK (singleton = 1),
    id        uuid   NOT NULL,
    epoch     text   NOT NULL,
    -- The timeline of the write-ahead log on which it began. On another one, after a failover or a restore to an earlier
    -- moment, numbers that were given before may be given again: the epoch is another one, too.
    timeline  bigint NOT NULL
);

-- The timeline that is written now; 0 where the server does not tell.
CREATE FUNCTION wal_timeline() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint;
EXCEPTION WHEN OTHERS THEN
    RETURN 0;
END
$$;

-- Fingerprints of the secrets that this store was used with.
CREATE TABLE secret_fingerprints (
    fingerprint bytea NOT NULL CONSTRAINT secret_fingerprints_key PRIMARY KEY
        CONSTRAINT secret_fingerprints_length CHECK (length(fingerprint) = 16)
);

-- Users' own logs: the newest row of each (user, kind, subject).
CREATE TABLE user_log_heads (
    user_id  uuid   NOT NULL CONSTRAINT user_log_heads_key PRIMARY KEY,
    user_seq bigint NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE user_log (
    user_id  uuid             NOT NULL,
    kind     text COLLATE "C" NOT NULL,
    subject  text COLLATE "C" NOT NULL,
    user_seq bigint           NOT NULL,
    body     text             NOT NULL,
    CONSTRAINT user_log_newest PRIMARY KEY (user_id, kind, subject)
);

CREATE UNIQUE INDEX user_log_by_seq ON user_log (user_id, user_seq);

-- The highest time that the store was told: deadlines are compared with it, so that a clock that jumped back
-- revives nothing. One row, whose lock makes the writes of identity take turns.
CREATE TABLE store_clock (
    singleton bigint NOT NULL CONSTRAINT store_clock_key PRIMARY KEY CONSTRAINT store_clock_one CHECK (singleton = 1),
    last_seen bigint NOT NULL
) WITH (fillfactor = 10);

INSERT INTO store_clock (singleton, last_seen) VALUES (1, 0);

-- Identity ------------------------------------------------------------------------------------------------------

-- A person's identity. `username_key` is the canonical form in which lookalikes are the same.
CREATE TABLE accounts (
    user_id             uuid             NOT NULL CONSTRAINT accounts_key PRIMARY KEY,
    username            text             NOT NULL,
    username_key        text COLLATE "C" NOT NULL CONSTRAINT accounts_username_key UNIQUE,
    state               text COLLATE "C" NOT NULL CONSTRAINT accounts_state CHECK (state IN ('active', 'deleted')),
    external_id         text COLLATE "C" CONSTRAINT accounts_external_id UNIQUE,
    created_at          bigint           NOT NULL,
    -- When the username was last changed.
    username_changed_at bigint
);

-- A deleted account is a row without names: events and rooms still point at it.
CREATE INDEX accounts_deleted ON accounts (user_id) WHERE state = 'deleted';

-- Proved contacts: where codes and notices go, and what one may log in with.
CREATE TABLE contacts (
    kind        text COLLATE "C" NOT NULL CONSTRAINT contacts_kind CHECK (kind IN ('email', 'mobile')),
    contact_key text COLLATE "C" NOT NULL,
    user_id     uuid             NOT NULL CONSTRAINT contacts_account REFERENCES accounts (user_id),
    value       text             NOT NULL,
    verified_at bigint           NOT NULL,
    CONSTRAINT contacts_key PRIMARY KEY (kind, contact_key)
);

CREATE INDEX contacts_by_user ON contacts (user_id, verified_at);

CREATE TABLE passwords (
    user_id    uuid   NOT NULL CONSTRAINT passwords_key PRIMARY KEY
        CONSTRAINT passwords_account REFERENCES accounts (user_id),
    phc        text   NOT NULL,
    changed_at bigint NOT NULL
);

-- Attempts to register, to reset a password or to add a contact (`asked_by`). `live`: a right code proves something;
-- it is false where the contact is known already, the login is nobody's, or no mail went out.
CREATE TABLE attempts (
    attempt_id      uuid             NOT NULL CONSTRAINT attempts_key PRIMARY KEY,
    purpose         text COLLATE "C" NOT NULL
        CONSTRAINT attempts_purpose CHECK (purpose IN ('registration', 'reset', 'contact')),
    contact_kind    text COLLATE "C",
    contact         text,
    contact_key     text COLLATE "C",
    contact_trace   bytea            NOT NULL CONSTRAINT attempts_trace_length CHECK (length(contact_trace) = 32),
    user_id         uuid,
    asked_by        uuid,
    live            boolean          NOT NULL,
    code_mac        bytea            NOT NULL CONSTRAINT attempts_mac_length CHECK (length(code_mac) = 32),
    state           text COLLATE "C" NOT NULL
        CONSTRAINT attempts_state CHECK (state IN ('open', 'proved', 'done', 'refused')),
    sends           bigint           NOT NULL,
    sent_at         bigint           NOT NULL,
    checks          bigint           NOT NULL,
    checked_at      bigint           NOT NULL,
    code_expires_at bigint           NOT NULL,
    ends_at         bigint           NOT NULL,
    proof_hash      bytea            CONSTRAINT attempts_proof_length CHECK (length(proof_hash) = 32),
    complete_by     bigint,
    CONSTRAINT attempts_proof CHECK ((state = 'proved') = (proof_hash IS NOT NULL AND complete_by IS NOT NULL)),
    CONSTRAINT attempts_live CHECK (NOT live OR contact IS NOT NULL),
    CONSTRAINT attempts_asked_by CHECK ((purpose = 'contact') = (asked_by IS NOT NULL))
);

CREATE INDEX attempts_by_end ON attempts (ends_at);
CREATE INDEX attempts_by_trace ON attempts (contact_trace);
CREATE INDEX attempts_by_user ON attempts (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX attempts_by_asker ON attempts (asked_by) WHERE asked_by IS NOT NULL;

-- What was spent of a budget, one row each; only rows inside the budget's window count.
CREATE TABLE spendings (
    spending bigint           NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT spendings_key PRIMARY KEY,
    budget   text COLLATE "C" NOT NULL,
    subject  bytea            NOT NULL,
    at       bigint           NOT NULL
);

CREATE INDEX spendings_by_subject ON spendings (budget, subject, at, spending);
CREATE INDEX spendings_by_time ON spendings (at);

-- Contacts that were refused for their owner's age: a keyed hash and when it is forgotten.
CREATE TABLE refusals (
    contact_trace bytea  NOT NULL CONSTRAINT refusals_key PRIMARY KEY
        CONSTRAINT refusals_length CHECK (length(contact_trace) = 32),
    until         bigint NOT NULL
);

CREATE INDEX refusals_by_end ON refusals (until);

-- Keyed hashes of contacts, and of hosts' own names, whose accounts were deleted: nobody gets them until then.
CREATE TABLE departures (
    trace bytea  NOT NULL CONSTRAINT departures_key PRIMARY KEY
        CONSTRAINT departures_length CHECK (length(trace) = 32),
    until bigint NOT NULL
);

CREATE INDEX departures_by_end ON departures (until);

-- Failed logins in a row, of an account or of a login that is nobody's.
CREATE TABLE login_failures (
    subject   bytea  NOT NULL CONSTRAINT login_failures_key PRIMARY KEY,
    failures  bigint NOT NULL,
    failed_at bigint NOT NULL
);

CREATE INDEX login_failures_by_time ON login_failures (failed_at);

-- Logged-in devices. Ended ones are deleted here and named in `ended_sessions` for a while.
CREATE TABLE sessions (
    session_id   uuid             NOT NULL CONSTRAINT sessions_key PRIMARY KEY,
    user_id      uuid             NOT NULL CONSTRAINT sessions_account REFERENCES accounts (user_id),
    "grant"      text COLLATE "C" NOT NULL CONSTRAINT sessions_grant CHECK ("grant" IN ('cookie', 'token')),
    token_hash   bytea            NOT NULL CONSTRAINT sessions_token_hash UNIQUE
        CONSTRAINT sessions_token_length CHECK (length(token_hash) = 32),
    device       text             NOT NULL,
    created_at   bigint           NOT NULL,
    last_used_at bigint           NOT NULL,
    -- The end that comes first: idle, or too old.
    alive_until  bigint           NOT NULL,
    expires_at   bigint           NOT NULL
);

CREATE INDEX sessions_by_user ON sessions (user_id, last_used_at);
CREATE INDEX sessions_by_end ON sessions (alive_until);

-- Each end of a session, in order: every node follows this list. Its numbers rise as the commits do, because ends
-- are written under the lock of `store_clock`.
CREATE TABLE ended_sessions (
    ended_seq  bigint NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT ended_sessions_key PRIMARY KEY,
    session_id uuid   NOT NULL,
    ended_at   bigint NOT NULL
);

CREATE INDEX ended_sessions_by_time ON ended_sessions (ended_at);

-- Second factors. `seed` is sealed with a key outside the database and bound to its person; a code of `last_step`
-- or of an earlier step is never taken again.
CREATE TABLE second_factors (
    user_id       uuid             NOT NULL CONSTRAINT second_factors_key PRIMARY KEY
        CONSTRAINT second_factors_account REFERENCES accounts (user_id),
    seed          bytea            NOT NULL,
    state         text COLLATE "C" NOT NULL CONSTRAINT second_factors_state CHECK (state IN ('pending', 'on')),
    pending_until bigint,
    last_step     bigint           NOT NULL,
    changed_at    bigint           NOT NULL,
    CONSTRAINT second_factors_pending CHECK ((state = 'pending') = (pending_until IS NOT NULL))
);

CREATE INDEX second_factors_by_end ON second_factors (pending_until) WHERE pending_until IS NOT NULL;

-- Recovery codes that were not used: SHA-256, bound to the person.
CREATE TABLE recovery_codes (
    user_id   uuid  NOT NULL
        CONSTRAINT recovery_codes_factor REFERENCES second_factors (user_id) ON DELETE CASCADE,
    code_hash bytea NOT NULL CONSTRAINT recovery_codes_length CHECK (length(code_hash) = 32),
    CONSTRAINT recovery_codes_key PRIMARY KEY (user_id, code_hash)
);

-- What happened to an account, for its owner to read. Numbered by account.
CREATE TABLE security_log (
    user_id uuid             NOT NULL CONSTRAINT security_log_account REFERENCES accounts (user_id),
    number  bigint           NOT NULL,
    kind    text COLLATE "C" NOT NULL,
    at      bigint           NOT NULL,
    prefix  bytea            NOT NULL,
    device  text             NOT NULL,
    CONSTRAINT security_log_key PRIMARY KEY (user_id, number)
);

CREATE INDEX security_log_by_time ON security_log (at);

-- Names that are kept for who had them.
CREATE TABLE reserved_usernames (
    username_key text COLLATE "C" NOT NULL CONSTRAINT reserved_usernames_key PRIMARY KEY,
    user_id      uuid             NOT NULL CONSTRAINT reserved_usernames_account REFERENCES accounts (user_id),
    until        bigint           NOT NULL
);

CREATE INDEX reserved_usernames_by_end ON reserved_usernames (until);

-- Passkeys: a device's public keys. `credential` is what the adapter needs of one, opaque and nothing secret;
-- `counter` is the device's count of uses: a login with one that does not rise is refused.
CREATE TABLE passkeys (
    passkey_id    uuid   NOT NULL CONSTRAINT passkeys_key PRIMARY KEY,
    user_id       uuid   NOT NULL CONSTRAINT passkeys_account REFERENCES accounts (user_id) ON DELETE CASCADE,
    credential_id bytea  NOT NULL CONSTRAINT passkeys_credential_id UNIQUE,
    credential    bytea  NOT NULL,
    counter       bigint NOT NULL,
    name          text   NOT NULL,
    created_at    bigint NOT NULL,
    last_used_at  bigint
);

CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at, passkey_id);

-- Ceremonies that wait for the device's answer: of a new passkey of an account, or of a login, which is nobody's
-- yet and is counted for the network `prefix`. One answer deletes its row.
CREATE TABLE passkey_ceremonies (
    ceremony_id uuid             NOT NULL CONSTRAINT passkey_ceremonies_key PRIMARY KEY,
    purpose     text COLLATE "C" NOT NULL CONSTRAINT passkey_ceremonies_purpose CHECK (purpose IN ('new', 'login')),
    user_id     uuid CONSTRAINT passkey_ceremonies_account REFERENCES accounts (user_id) ON DELETE CASCADE,
    prefix      bytea,
    state       bytea            NOT NULL,
    ends_at     bigint           NOT NULL,
    CONSTRAINT passkey_ceremonies_user CHECK ((purpose = 'new') = (user_id IS NOT NULL)),
    CONSTRAINT passkey_ceremonies_prefix CHECK ((purpose = 'login') = (prefix IS NOT NULL))
);

CREATE INDEX passkey_ceremonies_by_user ON passkey_ceremonies (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX passkey_ceremonies_by_end ON passkey_ceremonies (ends_at);

-- Text messages that went out, by where to: twice each, by country (`ES`) and by the number's first digits
-- (`+3461234`). Caps and breakers count them; the number itself is not kept.
CREATE TABLE texts (
    text_no    bigint           NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT texts_key PRIMARY KEY,
    route      text COLLATE "C" NOT NULL,
    attempt_id uuid             NOT NULL,
    sent_at    bigint           NOT NULL,
    -- A notice, which nobody answers; a code that was not given (yet); one that was.
    outcome    text COLLATE "C" NOT NULL CONSTRAINT texts_outcome CHECK (outcome IN ('notice', 'open', 'proved'))
);

CREATE INDEX texts_by_route ON texts (route, sent_at, text_no);
CREATE INDEX texts_by_attempt ON texts (attempt_id);
CREATE INDEX texts_by_time ON texts (sent_at);

-- Routes that were closed because too few of their codes came back.
CREATE TABLE text_breakers (
    route        text COLLATE "C" NOT NULL CONSTRAINT text_breakers_key PRIMARY KEY,
    closings     bigint           NOT NULL,
    closed_until bigint           NOT NULL
);

-- All that a host told of its people so far: what it only repeats is no news, and does not undo what the person
-- changed since.
CREATE TABLE host_words (
    user_id      uuid NOT NULL CONSTRAINT host_words_key PRIMARY KEY
        CONSTRAINT host_words_account REFERENCES accounts (user_id),
    display_name text,
    age_band     text COLLATE "C"
        CONSTRAINT host_words_age_band CHECK (age_band IN ('13_15', '16_17', '18_plus', 'unknown')),
    locale       text COLLATE "C"
);

-- People --------------------------------------------------------------------------------------------------------

-- A person as others see them, and the private facts behind the rules. Lists are JSON arrays in their order.
CREATE TABLE profiles (
    user_id      uuid             NOT NULL CONSTRAINT profiles_key PRIMARY KEY,
    display_name text             NOT NULL,
    -- YYYY-MM-DD; absent where a host told the age band.
    birth_date   text COLLATE "C",
    age_told     text COLLATE "C"
        CONSTRAINT profiles_age_told CHECK (age_told IN ('13_15', '16_17', '18_plus', 'unknown')),
    -- Whom the rules let meet: 0 minor, 1 adult, 2 unknown; as of the last write.
    cohort       bigint           NOT NULL CONSTRAINT profiles_cohort CHECK (cohort BETWEEN 0 AND 2),
    -- When a minor becomes an adult, on the calendar of the place.
    of_age_at    bigint,
    country      text COLLATE "C" CONSTRAINT profiles_country CHECK (length(country) = 2),
    time_zone    text COLLATE "C",
    -- ["en"]
    native       text             NOT NULL,
    -- [["es","B1"]]
    learning     text             NOT NULL,
    -- ["music"]
    interests    text             NOT NULL DEFAULT '[]',
    about        text             NOT NULL DEFAULT '',
    status       text             NOT NULL DEFAULT '',
    -- Which picture: the first 16 bytes of its SHA-256.
    avatar       bytea            CONSTRAINT profiles_avatar_length CHECK (length(avatar) = 16),
    -- The hour in which a connection was last seen.
    active_at    bigint           NOT NULL,
    created_at   bigint           NOT NULL,
    CONSTRAINT profiles_age CHECK ((birth_date IS NULL) <> (age_told IS NULL))
);

-- Those who were minors when their row was written, by the instant they no longer are.
CREATE INDEX profiles_of_age ON profiles (of_age_at) WHERE cohort = 0 AND of_age_at IS NOT NULL;

-- People's pictures, encoded, in both sizes: apart from profiles, so that their pages stay small.
CREATE TABLE avatars (
    user_id uuid  NOT NULL CONSTRAINT avatars_key PRIMARY KEY,
    version bytea NOT NULL CONSTRAINT avatars_version_length CHECK (length(version) = 16),
    small   bytea NOT NULL,
    large   bytea NOT NULL
);

-- They are compressed already.
ALTER TABLE avatars ALTER COLUMN small SET STORAGE EXTERNAL, ALTER COLUMN large SET STORAGE EXTERNAL;

-- From languages to people: a row for every language spoken natively (learns ''), every one learnt (speaks ''), and
-- every pair of both; within a day in the order of a number that is another each day (`lot`). Derived from profiles,
-- in the same transaction.
CREATE TABLE match_keys (
    speaks     text COLLATE "C" NOT NULL,
    learns     text COLLATE "C" NOT NULL,
    cohort     bigint           NOT NULL,
    -- The day of profiles.active_at, in days since 1970: an index that moves once a day at most.
    active_day bigint           NOT NULL,
    lot        bigint           NOT NULL,
    user_id    uuid             NOT NULL,
    -- Of the learnt language: 1 (A1) to 6 (C2), 0 where none is.
    level      bigint           NOT NULL,
    country    text COLLATE "C" NOT NULL,
    created_at bigint           NOT NULL,
    CONSTRAINT match_keys_key PRIMARY KEY (speaks, learns, cohort, active_day, lot, user_id) INCLUDE (created_at)
);

-- A level or a country is part of the run, so that who has another is not walked over.
CREATE INDEX match_keys_by_country
    ON match_keys (speaks, learns, cohort, country, level, active_day, lot, user_id) INCLUDE (created_at);
CREATE INDEX match_keys_by_level ON match_keys (speaks, learns, cohort, level, active_day, lot, user_id)
    INCLUDE (created_at);
CREATE INDEX match_keys_by_user ON match_keys (user_id);

-- What a draw tells of a person, so that no profile is read for those who do not come on the page. Derived from
-- profiles and user_settings, in the same transaction; `standing` alone is kept nowhere else.
CREATE TABLE standings (
    user_id  uuid   NOT NULL CONSTRAINT standings_key PRIMARY KEY,
    -- [birth date, age told, time zone, [native], [[learnt, level]], [interests], shows activity]: `Traits` in the
    -- core.
    traits   text   NOT NULL,
    -- [slot, [heat earlier, heat], shown, [accepts earlier, accepts, accepts next]]: `Standing` in the core; null:
    -- never shown.
    standing text   NOT NULL DEFAULT 'null',
    -- Rooms ever opened with the person as a request. Who has few of them need not be looked up for what waits.
    asked    bigint NOT NULL DEFAULT 0
);

CREATE TABLE blocks (
    blocker    uuid   NOT NULL,
    blocked    uuid   NOT NULL,
    blocked_at bigint NOT NULL,
    CONSTRAINT blocks_key PRIMARY KEY (blocker, blocked),
    CONSTRAINT blocks_two_people CHECK (blocker <> blocked)
);

CREATE INDEX blocks_by_blocked ON blocks (blocked, blocker);
CREATE INDEX blocks_by_time ON blocks (blocker, blocked_at, blocked);

-- People whom a person keeps at hand. One-sided: the other one learns nothing of it.
CREATE TABLE contact_list (
    owner   uuid   NOT NULL,
    user_id uuid   NOT NULL,
    note    text   NOT NULL,
    kept_at bigint NOT NULL,
    CONSTRAINT contact_list_key PRIMARY KEY (owner, user_id),
    CONSTRAINT contact_list_two_people CHECK (owner <> user_id)
);

-- For the one who goes.
CREATE INDEX contact_list_by_person ON contact_list (user_id, owner);

-- Reports to the operators. What they name is kept as the reporter said it.
CREATE TABLE reports (
    report_id  uuid             NOT NULL CONSTRAINT reports_key PRIMARY KEY,
    reporter   uuid             NOT NULL,
    user_id    uuid             NOT NULL,
    reason     text COLLATE "C" NOT NULL CONSTRAINT reports_reason CHECK (reason IN ('spam', 'abuse', 'minor', 'other')),
    note       text             NOT NULL,
    room_id    uuid,
    -- Array of ids.
    event_ids  text             NOT NULL,
    created_at bigint           NOT NULL
);

CREATE INDEX reports_by_reporter ON reports (reporter, created_at, report_id);

-- A person's own settings; no row: the defaults.
CREATE TABLE user_settings (
    user_id       uuid             NOT NULL CONSTRAINT user_settings_key PRIMARY KEY,
    locale        text COLLATE "C" NOT NULL,
    theme         text COLLATE "C" NOT NULL
        CONSTRAINT user_settings_theme CHECK (theme IN ('system', 'light', 'dark')),
    typing        boolean          NOT NULL,
    read_receipts boolean          NOT NULL,
    online        boolean          NOT NULL,
    last_seen     boolean          NOT NULL,
    -- Who finds a person among the suggested partners, and who may turn to a person first.
    find_me       text COLLATE "C" NOT NULL DEFAULT 'everyone'
        CONSTRAINT user_settings_find_me CHECK (find_me IN ('everyone', 'nobody')),
    write_first   text COLLATE "C" NOT NULL DEFAULT 'everyone'
        CONSTRAINT user_settings_write_first CHECK (write_first IN ('everyone', 'shared_language', 'nobody')),
    -- Of which messages the person is told, and the hours at which of none: minutes since midnight, on the clock of a
    -- place.
    notify        text COLLATE "C" NOT NULL DEFAULT 'all'
        CONSTRAINT user_settings_notify CHECK (notify IN ('all', 'mentions', 'none')),
    quiet_from    bigint           CONSTRAINT user_settings_quiet_from CHECK (quiet_from BETWEEN 0 AND 1439),
    quiet_to      bigint
        CONSTRAINT user_settings_quiet_to CHECK (quiet_to BETWEEN 0 AND 1439 AND quiet_to <> quiet_from),
    quiet_zone    text COLLATE "C",
    CONSTRAINT user_settings_quiet_zone
        CHECK ((quiet_zone IS NULL) = (quiet_from IS NULL) AND (quiet_zone IS NULL) = (quiet_to IS NULL))
);

-- Rooms ---------------------------------------------------------------------------------------------------------

CREATE TABLE rooms (
    room_id        uuid             NOT NULL CONSTRAINT rooms_key PRIMARY KEY,
    kind           text COLLATE "C" NOT NULL CONSTRAINT rooms_kind_known CHECK (kind IN ('direct', 'group')),
    title          text             NOT NULL,
    topic          text             NOT NULL DEFAULT '',
    history        text COLLATE "C" NOT NULL CONSTRAINT rooms_history_known CHECK (history IN ('from_join', 'all')),
    posting        text COLLATE "C" NOT NULL DEFAULT 'everyone'
        CONSTRAINT rooms_posting_known CHECK (posting IN ('everyone', 'admins')),
    visibility     text COLLATE "C" NOT NULL DEFAULT 'private'
        CONSTRAINT rooms_visibility_known CHECK (visibility IN ('private', 'public')),
    join_rule      text COLLATE "C" NOT NULL DEFAULT 'open'
        CONSTRAINT rooms_join_known CHECK (join_rule IN ('open', 'request')),
    language       text COLLATE "C",
    level          text COLLATE "C",
    -- How many seconds messages stay that are written from now on. NULL: without end.
    expires_in     bigint           CONSTRAINT rooms_expires_in_range CHECK (expires_in BETWEEN 1 AND 31536000),
    -- Bumped by every change of what a decision in the room rests on.
    authz_version  bigint           NOT NULL DEFAULT 1,
    head_seq       bigint           NOT NULL DEFAULT 0,
    last_at        bigint           NOT NULL,
    receipts_rev   bigint           NOT NULL DEFAULT 0,
    member_count   bigint           NOT NULL,
    updated_at     bigint           NOT NULL,
    -- A first contact that waits: who opened it, how many messages it took, whether the other hid it.
    pending_opener uuid             CONSTRAINT rooms_pending_is_direct CHECK (pending_opener IS NULL OR kind = 'direct'),
    pending_sent   bigint           NOT NULL DEFAULT 0,
    declined       boolean          NOT NULL DEFAULT false,
    -- Whom a first contact asked, and when: it stays known when it is answered. NULL: of groups.
    asked_user     uuid,
    asked_at       bigint
) WITH (fillfactor = 50);

CREATE INDEX rooms_waiting ON rooms (asked_user)
    WHERE asked_user IS NOT NULL AND pending_opener IS NOT NULL AND NOT declined AND pending_sent > 0;
CREATE INDEX rooms_asked ON rooms (asked_user, asked_at, pending_opener) WHERE asked_user IS NOT NULL AND pending_sent > 0;

-- Public rooms in the order of their lists. Apart from rooms, whose rows change with every message: with an index on what
-- changes then, each message would write all indexes of its room anew.
CREATE TABLE public_rooms (
    room_id    uuid             NOT NULL CONSTRAINT public_rooms_key PRIMARY KEY,
    updated_at bigint           NOT NULL,
    language   text COLLATE "C",
    level      text COLLATE "C"
);

CREATE INDEX public_rooms_by_time ON public_rooms (updated_at, room_id);
CREATE INDEX public_rooms_by_language ON public_rooms (language, updated_at, room_id) WHERE language IS NOT NULL;

-- A count that no way of opening a room can forget.
CREATE FUNCTION count_asked() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE standings SET asked = asked + 1 WHERE user_id = NEW.asked_user;
    RETURN NULL;
END
$$;

CREATE TRIGGER rooms_count_asked AFTER INSERT ON rooms
    FOR EACH ROW WHEN (NEW.asked_user IS NOT NULL) EXECUTE FUNCTION count_asked();

-- The one room of each pair.
CREATE TABLE direct_rooms (
    low     uuid NOT NULL,
    high    uuid NOT NULL,
    room_id uuid NOT NULL,
    CONSTRAINT direct_rooms_pair PRIMARY KEY (low, high),
    CONSTRAINT direct_rooms_room UNIQUE (room_id),
    CONSTRAINT direct_rooms_order CHECK (low < high)
);

-- Creators' own names for their groups.
CREATE TABLE group_keys (
    creator   uuid  NOT NULL,
    client_id uuid  NOT NULL,
    request   bytea NOT NULL,
    room_id   uuid  NOT NULL,
    CONSTRAINT group_keys_name PRIMARY KEY (creator, client_id)
);

-- Who is in a room now, with each one's own settings and marks. Who leaves has no row.
CREATE TABLE members (
    room_id       uuid             NOT NULL CONSTRAINT members_room REFERENCES rooms (room_id),
    user_id       uuid             NOT NULL,
    role          text COLLATE "C" NOT NULL
        CONSTRAINT members_role_known CHECK (role IN ('owner', 'admin', 'moderator', 'member')),
    -- The first seq that may be read, and the event of the joining: nothing up to it is unread.
    from_seq      bigint           NOT NULL,
    join_seq      bigint           NOT NULL,
    joined_at     bigint           NOT NULL,
    delivered_seq bigint           NOT NULL DEFAULT 0,
    read_seq      bigint           NOT NULL DEFAULT 0,
    archived      boolean          NOT NULL DEFAULT false,
    pinned        boolean          NOT NULL DEFAULT false,
    muted_until   bigint,
    marked_unread boolean          NOT NULL DEFAULT false,
    -- Of which of its messages the member is told; NULL: of those the person is told of everywhere.
    notify        text COLLATE "C" CONSTRAINT members_notify CHECK (notify IN ('all', 'mentions', 'none')),
    CONSTRAINT members_one_each PRIMARY KEY (room_id, user_id)
) WITH (fillfactor = 80);

CREATE INDEX members_by_user ON members (user_id, room_id);
-- Whose rooms they are, without a walk through the members of any.
CREATE INDEX members_owners ON members (room_id, user_id) WHERE role = 'owner';

-- From whom a moderator took the word. Stays when the member goes: coming back does not give it back. Times that have
-- passed are swept with the next measure in the room.
CREATE TABLE mutes (
    room_id     uuid   NOT NULL CONSTRAINT mutes_room REFERENCES rooms (room_id),
    user_id     uuid   NOT NULL,
    muted_until bigint NOT NULL,
    CONSTRAINT mutes_one_each PRIMARY KEY (room_id, user_id)
);

CREATE INDEX mutes_by_user ON mutes (user_id);

-- Whom a room keeps out. NULL: whoever did that has deleted the account.
CREATE TABLE bans (
    room_id   uuid   NOT NULL CONSTRAINT bans_room REFERENCES rooms (room_id),
    user_id   uuid   NOT NULL,
    banned_by uuid,
    banned_at bigint NOT NULL,
    CONSTRAINT bans_one_each PRIMARY KEY (room_id, user_id)
);

CREATE INDEX bans_newest ON bans (room_id, banned_at, user_id);
CREATE INDEX bans_by_user ON bans (user_id);
CREATE INDEX bans_by_banner ON bans (banned_by) WHERE banned_by IS NOT NULL;

CREATE TABLE invites (
    invite_id  uuid   NOT NULL CONSTRAINT invites_key PRIMARY KEY,
    token_hash bytea  NOT NULL CONSTRAINT invites_token UNIQUE
        CONSTRAINT invites_token_length CHECK (length(token_hash) = 32),
    room_id    uuid   NOT NULL CONSTRAINT invites_room REFERENCES rooms (room_id),
    created_by uuid   NOT NULL,
    created_at bigint NOT NULL,
    -- NULL: without end.
    max_uses   bigint,
    uses       bigint NOT NULL DEFAULT 0,
    expires_at bigint,
    CONSTRAINT invites_not_one_too_many CHECK (max_uses IS NULL OR uses <= max_uses)
);

CREATE INDEX invites_by_room ON invites (room_id, created_at, invite_id);
CREATE INDEX invites_by_maker ON invites (created_by);

-- Who asks to be let in. A declined row stays for a while, so that asking again is heard by nobody.
CREATE TABLE asking (
    room_id     uuid   NOT NULL CONSTRAINT asking_room REFERENCES rooms (room_id),
    user_id     uuid   NOT NULL,
    asked_at    bigint NOT NULL,
    declined_at bigint,
    -- Declined, and taken back by whoever asked: it looks gone to him, and goes on saying that nobody hears of it for a
    -- while. What waits is erased when it is taken back.
    taken_back  boolean NOT NULL DEFAULT false,
    CONSTRAINT asking_one_each PRIMARY KEY (room_id, user_id)
);

CREATE INDEX asking_waiting ON asking (room_id, asked_at, user_id) WHERE declined_at IS NULL;
CREATE INDEX asking_by_user ON asking (user_id);

-- Who is invited into a group by a member whom he does not know, and has not answered. A declined row stays for a
-- while, so that inviting again is heard by nobody.
CREATE TABLE invitations (
    room_id     uuid   NOT NULL CONSTRAINT invitations_room REFERENCES rooms (room_id),
    user_id     uuid   NOT NULL,
    invited_by  uuid   NOT NULL,
    invited_at  bigint NOT NULL,
    declined_at bigint,
    CONSTRAINT invitations_one_each PRIMARY KEY (room_id, user_id)
);

CREATE INDEX invitations_waiting ON invitations (user_id, invited_at, room_id) WHERE declined_at IS NULL;
CREATE INDEX invitations_by_user ON invitations (user_id);
CREATE INDEX invitations_by_maker ON invitations (invited_by);

-- Whom people invited into groups, as far as they know: until he comes in, or it is taken back. What became of it is in
-- `invitations`, and theirs not to see.
CREATE TABLE sent_invitations (
    room_id    uuid   NOT NULL,
    user_id    uuid   NOT NULL,
    invited_by uuid   NOT NULL,
    invited_at bigint NOT NULL,
    CONSTRAINT sent_invitations_one_each PRIMARY KEY (room_id, user_id, invited_by)
);

CREATE INDEX sent_invitations_by_maker ON sent_invitations (invited_by, invited_at, room_id, user_id);
CREATE INDEX sent_invitations_by_user ON sent_invitations (user_id);

-- Timelines -----------------------------------------------------------------------------------------------------

-- The log of every room. Keys lead with the room, so that partitions could spread it. No foreign key to rooms:
-- `append` holds the room's row when it writes here.
CREATE TABLE events (
    room_id    uuid             NOT NULL,
    seq        bigint           NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    id         uuid             NOT NULL,
    sender_id  uuid             NOT NULL,
    at         bigint           NOT NULL,
    -- The sender's name for it, and the MAC of the request, which is erased with the text.
    client_id  uuid,
    request    bytea,
    -- The message that an edit, redaction or reaction changes.
    target_seq bigint,
    -- Of messages and edits: the words, NULL once they are gone; of corrections their words as JSON.
    text       text,
    -- What else the body says, as JSON; NULL for nothing.
    body       text,
    -- Of messages, copied to their edits and corrections: when the words are gone.
    expires_at bigint,
    -- Of messages: the text's version now; of edits: the version they made.
    version    bigint,
    -- Of messages: the edit whose words stand now.
    edit_seq   bigint,
    -- The message in whose thread a message stands; it stays when the words go.
    thread     uuid,
    CONSTRAINT events_dense PRIMARY KEY (room_id, seq)
)
-- Old versions of rows hold words that were taken back: the vacuum comes early.
WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200, toast.autovacuum_vacuum_scale_factor = 0.01);

CREATE UNIQUE INDEX events_message_by_id ON events (id) WHERE kind = 'message';
-- For two questions: whether a sender used a name in a room, and what a person wrote in all rooms.
CREATE UNIQUE INDEX events_by_sender ON events (sender_id, room_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX events_of_thread ON events (room_id, thread, seq) WHERE thread IS NOT NULL;
CREATE INDEX events_edits_of ON events (room_id, target_seq) WHERE kind = 'edit';
CREATE INDEX events_corrections_of ON events (room_id, target_seq) WHERE kind = 'correction';
CREATE INDEX events_expiring ON events (expires_at)
    WHERE kind = 'message' AND text IS NOT NULL AND expires_at IS NOT NULL;

-- Each person's one reaction to a message.
CREATE TABLE reactions (
    room_id     uuid             NOT NULL,
    message_seq bigint           NOT NULL,
    user_id     uuid             NOT NULL,
    key         text COLLATE "C" NOT NULL,
    CONSTRAINT reactions_one_each PRIMARY KEY (room_id, message_seq, user_id)
);

-- Where the corrections of a message stand. What they say is in their events.
CREATE TABLE corrections (
    room_id     uuid             NOT NULL,
    message_seq bigint           NOT NULL,
    -- Of the event that proposed it.
    seq         bigint           NOT NULL,
    id          uuid             NOT NULL,
    sender_id   uuid             NOT NULL,
    -- Whose message it is, for the author's list; NULL once that account is deleted.
    author_id   uuid,
    at          bigint           NOT NULL,
    state       text COLLATE "C" NOT NULL
        CONSTRAINT corrections_state CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn')),
    CONSTRAINT corrections_place PRIMARY KEY (room_id, message_seq, seq)
);

CREATE INDEX corrections_by_author ON corrections (author_id, at, id) WHERE author_id IS NOT NULL;

-- What is pinned in each room, by the event that pinned it.
CREATE TABLE pins (
    room_id     uuid   NOT NULL,
    message_seq bigint NOT NULL,
    seq         bigint NOT NULL,
    CONSTRAINT pins_message PRIMARY KEY (room_id, message_seq)
);

-- What decisions need of messages that are polls. What they ask and offer is in their events and goes with the message;
-- so does its row here.
CREATE TABLE polls (
    room_id     uuid    NOT NULL,
    message_seq bigint  NOT NULL,
    -- How many there are.
    options     bigint  NOT NULL CONSTRAINT polls_options CHECK (options BETWEEN 2 AND 12),
    multiple    boolean NOT NULL,
    -- When it closes by itself.
    closes_at   bigint,
    closed      boolean NOT NULL,
    CONSTRAINT polls_message PRIMARY KEY (room_id, message_seq)
);

-- Each person's one vote on a poll.
CREATE TABLE votes (
    room_id     uuid   NOT NULL,
    message_seq bigint NOT NULL,
    user_id     uuid   NOT NULL,
    -- A bit for each option chosen: 1 is the first.
    choices     bigint NOT NULL CONSTRAINT votes_choices CHECK (choices BETWEEN 1 AND 4095),
    CONSTRAINT votes_one_each PRIMARY KEY (room_id, message_seq, user_id)
);

-- Whom the messages of a room name; the nil id stands for all members.
CREATE TABLE mentions (
    room_id uuid   NOT NULL,
    user_id uuid   NOT NULL,
    seq     bigint NOT NULL,
    CONSTRAINT mentions_one_each PRIMARY KEY (room_id, user_id, seq)
);

CREATE INDEX mentions_of ON mentions (room_id, seq);
CREATE INDEX mentions_by_user ON mentions (user_id);

-- What members keep for themselves. Drafts stand in their own log. ------------------------------------------------

-- Stars. They go when the message or the member does.
CREATE TABLE stars (
    user_id    uuid   NOT NULL,
    room_id    uuid   NOT NULL,
    seq        bigint NOT NULL,
    message_id uuid   NOT NULL,
    starred_at bigint NOT NULL,
    CONSTRAINT stars_once PRIMARY KEY (user_id, room_id, seq)
);

CREATE INDEX stars_by_time ON stars (user_id, starred_at, message_id);
CREATE INDEX stars_of_message ON stars (room_id, seq);

-- Messages that somebody hid for himself.
CREATE TABLE hides (
    user_id uuid   NOT NULL,
    room_id uuid   NOT NULL,
    seq     bigint NOT NULL,
    CONSTRAINT hides_once PRIMARY KEY (user_id, room_id, seq)
);

CREATE INDEX hides_of_message ON hides (room_id, seq);

-- Who follows which thread, and has read it up to where.
CREATE TABLE thread_marks (
    user_id  uuid   NOT NULL,
    room_id  uuid   NOT NULL,
    root     uuid   NOT NULL,
    read_seq bigint NOT NULL,
    CONSTRAINT thread_marks_one_each PRIMARY KEY (user_id, room_id, root)
);

-- Messages that wait for their time, and those that could not be sent, with the error code.
CREATE TABLE scheduled (
    user_id    uuid             NOT NULL,
    client_id  uuid             NOT NULL,
    room_id    uuid             NOT NULL,
    body       text             NOT NULL,
    send_at    bigint           NOT NULL,
    claimed_at bigint,
    -- What could not be sent at its time waits again until then.
    not_before bigint,
    failed     text COLLATE "C",
    CONSTRAINT scheduled_one_each PRIMARY KEY (user_id, client_id)
);

CREATE INDEX scheduled_due ON scheduled (send_at, client_id) WHERE failed IS NULL;
CREATE INDEX scheduled_by_time ON scheduled (user_id, send_at, client_id);

-- Search --------------------------------------------------------------------------------------------------------

-- Of each 64 seqs of a room that are all taken, which pairs of characters stand in which of its messages. A block
-- without a row is read message by message: the index may be late, and is thrown away wherever a message of it
-- changes.
CREATE TABLE search_blocks (
    room_id uuid   NOT NULL,
    block   bigint NOT NULL,
    -- See src/search/grams.rs. Hashes; no words.
    grams   bytea  NOT NULL,
    CONSTRAINT search_blocks_key PRIMARY KEY (room_id, block)
);

-- Blocks that are to be indexed.
CREATE TABLE search_todo (
    room_id uuid   NOT NULL,
    block   bigint NOT NULL,
    CONSTRAINT search_todo_key PRIMARY KEY (room_id, block)
);

-- Work beside the requests ----------------------------------------------------------------------------------------

-- `due_at`: of a waiting job when it is due, of a running one when its lease ends and it is due again, of a dead one
-- nothing.
CREATE TABLE jobs (
    job_id     uuid             NOT NULL CONSTRAINT jobs_key PRIMARY KEY,
    kind       text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,
    payload    text             NOT NULL CONSTRAINT jobs_payload CHECK (length(payload) <= 65536),
    state      text COLLATE "C" NOT NULL CONSTRAINT jobs_state CHECK (state IN ('waiting', 'running', 'dead')),
    due_at     bigint,
    attempts   bigint           NOT NULL,
    token      uuid,
    last_error text,
    progress   text,
    changed_at bigint           NOT NULL,
    CONSTRAINT jobs_one_a_key UNIQUE (kind, key),
    CONSTRAINT jobs_lease CHECK ((state = 'running') = (token IS NOT NULL)),
    CONSTRAINT jobs_due CHECK ((state = 'dead') = (due_at IS NULL))
);

CREATE INDEX jobs_by_due ON jobs (due_at, job_id) WHERE due_at IS NOT NULL;
CREATE INDEX jobs_by_change ON jobs (changed_at, job_id);
