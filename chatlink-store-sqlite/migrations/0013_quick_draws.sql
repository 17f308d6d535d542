-- Draws whose cost does not grow with the number of people: light rows, and every filter in an index.

-- What a draw tells of a person, so that no profile is read for those who do not come on the page. Derived
-- from profiles and user_settings, in the same transaction; `standing` alone is kept nowhere else.
CREATE TABLE light_standings (
    user_id  BLOB    NOT NULL PRIMARY KEY CHECK (length(user_id) = 16),
    -- [birth date, age told, time zone, [native], [[learnt, level]], [interests], shows activity]: `Traits` in
    -- the core.
    traits   TEXT    NOT NULL,
    -- [slot, [heat earlier, heat], shown, [accepts earlier, accepts, accepts next]]: `Standing` in the core;
    -- null: never shown.
    standing TEXT    NOT NULL DEFAULT 'null',
    -- Rooms ever opened with the person as a request. Who has few of them need not be looked up for what
    -- waits.
    asked    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

INSERT INTO light_standings (user_id, traits, standing, asked)
SELECT p.user_id,
    json_array(p.birth_date, p.age_told, p.time_zone, json(p.native), json(p.learning), json(p.interests),
        coalesce(s.last_seen, 1)),
    iif(t.user_id IS NULL, 'null', json_array(t.slot, json_array(t.heat_earlier, t.heat), t.shown,
        json_array(t.accepts_earlier, t.accepts, t.accepts_next))),
    coalesce(r.asked, 0)
FROM profiles p
LEFT JOIN user_settings s ON s.user_id = p.user_id
LEFT JOIN standings t ON t.user_id = p.user_id
LEFT JOIN (SELECT asked_user, count(*) AS asked FROM rooms WHERE asked_user IS NOT NULL GROUP BY asked_user) r
    ON r.asked_user = p.user_id;

DROP TABLE standings;
ALTER TABLE light_standings RENAME TO standings;

-- A count that no way of opening a room can forget.
CREATE TRIGGER rooms_count_asked AFTER INSERT ON rooms WHEN NEW.asked_user IS NOT NULL
BEGIN
    UPDATE standings SET asked = asked + 1 WHERE user_id = NEW.asked_user;
END;

-- A level or a country is part of the run, so that who has another is not walked over.
DROP INDEX match_keys_by_country;
CREATE INDEX match_keys_by_country
    ON match_keys (speaks, learns, cohort, country, level, active_day, lot, user_id, created_at);
CREATE INDEX match_keys_by_level ON match_keys (speaks, learns, cohort, level, active_day, lot, user_id, created_at);
