//! A database of many people, and what the engine asks of it for a page of matches.
//!
//! Languages are as skewed as in life: three in five speak one of the three biggest, two in five learn
//! English, a third learns two languages. Some were asked much, some rest, some block others.

use crate::schema;
use chatlink_core::{
    Store,
    people::{Candidate, Cohort, Draw, Rest, Wanted, lot},
    protocol::{Timestamp, UserId},
};
use chatlink_store_postgres::PostgresStore;
use chatlink_store_sqlite::{SqliteOptions, SqliteStore};
use serde_json::{Value, json};
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, SqliteConnection, postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};
use std::path::Path;
use uuid::Uuid;

/// The instant of every draw.
pub const NOW: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// Of a hundred people, so many speak and learn the language.
type Shares = [(&'static str, u32); 9];
const SPOKEN: Shares =
    [("en", 28), ("zh", 18), ("es", 14), ("fr", 9), ("de", 8), ("ja", 7), ("pt", 6), ("ko", 5), ("it", 5)];
const LEARNT: Shares =
    [("en", 40), ("es", 16), ("fr", 11), ("ja", 10), ("de", 8), ("zh", 6), ("ko", 5), ("it", 3), ("pt", 1)];
/// People written by one statement.
const AT_ONCE: u64 = 5_000;
/// Lines of a page.
const PAGE: usize = 20;

/// ?1 [[id, name, native, learning, active at, day, lot, made at, [[speaks, learns, level]], asked, waits, blocked]].
/// Registering them would take a proof each.
const FILL: [&str; 6] = [
    "INSERT INTO accounts (user_id, username, username_key, state, created_at)
     SELECT unhex(value ->> 0), value ->> 1, value ->> 1, 'active', value ->> 7 FROM json_each(?1)",
    "INSERT INTO profiles (user_id, display_name, birth_date, cohort, country, time_zone, native, learning, interests,
         about, active_at, created_at)
     SELECT unhex(value ->> 0), value ->> 1, '1990-05-17', 1, 'ES', 'Europe/Madrid', value -> 2, value -> 3,
         '[\"music\",\"hiking\",\"films\"]', 'I like long walks and short messages.', value ->> 4, value ->> 7
     FROM json_each(?1)",
    "INSERT INTO match_keys (speaks, learns, cohort, active_day, lot, user_id, level, country, created_at)
     SELECT k.value ->> 0, k.value ->> 1, 1, p.value ->> 5, p.value ->> 6, unhex(p.value ->> 0), k.value ->> 2, 'ES',
         p.value ->> 7
     FROM json_each(?1) p, json_each(p.value -> 8) k",
    "INSERT INTO standings (user_id, traits, standing)
     SELECT unhex(value ->> 0), json_array('1990-05-17', NULL, 'Europe/Madrid', value -> 2, value -> 3,
         json('[\"music\",\"hiking\",\"films\"]'), 1), iif(value ->> 6 & 1, '[81816,[1682,2000],3,[500,500,666]]', 'null')
     FROM json_each(?1)",
    "INSERT INTO rooms (room_id, kind, title, history, last_at, member_count, updated_at, pending_opener, pending_sent,
         asked_user, asked_at)
     SELECT randomblob(16), 'direct', '', 'all', 0, 2, p.value ->> 7, iif(n.value <= p.value ->> 10, randomblob(16), NULL), 1,
         unhex(p.value ->> 0), p.value ->> 7
     FROM json_each(?1) p, json_each('[1,2,3,4,5,6,7,8]') n WHERE n.value <= p.value ->> 9",
    "INSERT INTO blocks (blocker, blocked, blocked_at)
     SELECT unhex(value ->> 0), unhex(value ->> 11), 0 FROM json_each(?1) WHERE value ->> 11 IS NOT NULL",
];

/// The same on PostgreSQL. The formatting of what stays JSON is kept: it is `json`, not `jsonb`.
const FILL_POSTGRES: [&str; 6] = [
    "INSERT INTO accounts (user_id, username, username_key, state, created_at)
     SELECT (value ->> 0)::uuid, value ->> 1, value ->> 1, 'active', (value ->> 7)::bigint
     FROM json_array_elements($1::json)",
    "INSERT INTO profiles (user_id, display_name, birth_date, cohort, country, time_zone, native, learning, interests,
         about, active_at, created_at)
     SELECT (value ->> 0)::uuid, value ->> 1, '1990-05-17', 1, 'ES', 'Europe/Madrid', value ->> 2, value ->> 3,
         '[\"music\",\"hiking\",\"films\"]', 'I like long walks and short messages.', (value ->> 4)::bigint,
         (value ->> 7)::bigint
     FROM json_array_elements($1::json)",
    "INSERT INTO match_keys (speaks, learns, cohort, active_day, lot, user_id, level, country, created_at)
     SELECT k.value ->> 0, k.value ->> 1, 1, (p.value ->> 5)::bigint, (p.value ->> 6)::bigint, (p.value ->> 0)::uuid,
         (k.value ->> 2)::bigint, 'ES', (p.value ->> 7)::bigint
     FROM json_array_elements($1::json) p, json_array_elements(p.value -> 8) k",
    "INSERT INTO standings (user_id, traits, standing)
     SELECT (value ->> 0)::uuid, json_build_array('1990-05-17'::text, NULL::text, 'Europe/Madrid'::text, value -> 2,
         value -> 3, '[\"music\",\"hiking\",\"films\"]'::json, 1),
         CASE WHEN (value ->> 6)::bigint & 1 = 1 THEN '[81816,[1682,2000],3,[500,500,666]]' ELSE 'null' END
     FROM json_array_elements($1::json)",
    "INSERT INTO rooms (room_id, kind, title, history, last_at, member_count, updated_at, pending_opener, pending_sent,
         asked_user, asked_at)
     SELECT gen_random_uuid(), 'direct', '', 'all', 0, 2, (p.value ->> 7)::bigint,
         CASE WHEN n <= (p.value ->> 10)::bigint THEN gen_random_uuid() END, 1, (p.value ->> 0)::uuid,
         (p.value ->> 7)::bigint
     FROM json_array_elements($1::json) p, generate_series(1, (p.value ->> 9)::bigint) n",
    "INSERT INTO blocks (blocker, blocked, blocked_at)
     SELECT (value ->> 0)::uuid, (value ->> 11)::uuid, 0 FROM json_array_elements($1::json)
     WHERE value ->> 11 IS NOT NULL",
];

/// The schema of the people on PostgreSQL.
const SCHEMA: &str = "people";

/// A new database with so many people at `path`, opened.
///
/// # Panics
/// Where the database cannot be made: a measurement ends there.
#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
pub async fn crowd(path: &Path, people: u64) -> SqliteStore {
    SqliteOptions::new(path).open().await.unwrap().close().await;
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    for rows in all_rows(people) {
        run(&mut connection, "BEGIN").await;
        for statement in FILL {
            sqlx::query(statement).bind(&rows).execute(&mut connection).await.unwrap();
        }
        run(&mut connection, "COMMIT").await;
    }
    run(&mut connection, "ANALYZE").await;
    run(&mut connection, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    drop(connection);
    SqliteOptions::new(path).open().await.unwrap()
}

/// The same in a new schema of the server at `url`.
///
/// # Panics
/// Where the schema cannot be made: a measurement ends there.
#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
pub async fn crowd_on_postgres(url: &str, people: u64) -> PostgresStore {
    schema::fresh(url, SCHEMA).await.close().await;
    let options = url.parse::<PgConnectOptions>().unwrap().options([("search_path", SCHEMA)]);
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    for rows in all_rows(people) {
        let mut transaction = connection.begin().await.unwrap();
        for statement in FILL_POSTGRES {
            sqlx::query(statement).bind(&rows).execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    connection.close().await.unwrap();
    schema::settle(url).await;
    schema::opened(url, SCHEMA).await
}

#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
async fn run(connection: &mut SqliteConnection, sql: &'static str) {
    sqlx::query(sql).execute(connection).await.unwrap();
}

/// All of them as JSON, as many at a time as one statement writes.
fn all_rows(people: u64) -> impl Iterator<Item = String> {
    let firsts = (0..people).step_by(AT_ONCE as usize);
    firsts.map(move |first| (first..people.min(first + AT_ONCE)).map(row).collect::<Value>().to_string())
}

fn row(person: u64) -> Value {
    let (speaks, learns) = languages(person);
    let hex = |person: u64| user(person).as_uuid().simple().to_string();
    // Everybody was here within a month, and nobody in the hour before now.
    let active = NOW.as_micros() - HOUR - (mixed(person) >> 7) as i64 % (30 * 24) * HOUR;
    let (day, made) = (active.div_euclid(DAY), NOW.as_micros() - 60 * DAY);
    let learning: Vec<_> = learns.iter().map(|language| json!([language, "B1"])).collect();
    let mut keys = vec![json!([speaks, "", 0])];
    for language in &learns {
        keys.extend([json!([speaks, language, 3]), json!(["", language, 3])]);
    }
    // A third was asked once, one in ten eight times, one in twenty rests.
    let (asked, waits) = match person % 20 {
        0 => (8, 5),
        10 => (8, 1),
        other => (u8::from(other % 3 == 0), 0),
    };
    let blocked = (person % 10 == 7).then(|| hex(person - 5));
    json!([
        hex(person),
        format!("person{person}"),
        [speaks],
        learning,
        active,
        day,
        lot(user(person), day),
        made,
        keys,
        asked,
        waits,
        blocked
    ])
}

/// Any fixed shuffle will do.
const fn mixed(person: u64) -> u64 {
    let mixed = person.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// The person of that number.
#[must_use]
pub fn user(person: u64) -> UserId {
    UserId::from_uuid(Uuid::from_u128(u128::from(person) + 1))
}

fn languages(person: u64) -> (&'static str, Vec<&'static str>) {
    let mixed = mixed(person);
    let pick = |shares: &Shares, mut point: u32| {
        let found = shares.iter().find(|(_, share)| point.checked_sub(*share).map(|rest| point = rest).is_none());
        found.map_or("en", |(code, _)| *code)
    };
    let speaks = pick(&SPOKEN, (mixed >> 40) as u32 % 100);
    let first = pick(&LEARNT, (mixed >> 20) as u32 % 100);
    let mut learns = vec![if speaks != first {
        first
    } else if speaks == "en" {
        "es"
    } else {
        "en"
    }];
    let second = pick(&LEARNT, (mixed >> 9) as u32 % 100);
    if person.is_multiple_of(3) && second != speaks && !learns.contains(&second) {
        learns.push(second);
    }
    (speaks, learns)
}

/// What the engine asks for the person's first page.
#[must_use]
pub fn draw(viewer: u64) -> Draw {
    let (speaks, learns) = languages(viewer);
    let code = |text: &str| text.parse().ok();
    let mut wanted: Vec<_> =
        learns.iter().map(|theirs| Wanted { speaks: code(theirs), learns: code(speaks) }).collect();
    wanted.extend(learns.iter().map(|theirs| Wanted { speaks: code(theirs), learns: None }));
    wanted.push(Wanted { speaks: None, learns: code(speaks) });
    Draw {
        viewer: user(viewer),
        wanted,
        cohorts: vec![Cohort::Adult],
        min_level: None,
        country: None,
        made_by: NOW,
        rest: Rest { waiting: 5, asked: 20, since: Timestamp::from_micros(NOW.as_micros() - DAY) },
        limit: 100,
        reach: 1_000,
    }
}

/// A person's first draw.
///
/// # Panics
/// Where the store fails.
#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
pub async fn drawn(store: &dyn Store, viewer: u64) -> Vec<Candidate> {
    store.draw(draw(viewer), NOW).await.unwrap()
}

/// The profiles of a page of those who were drawn.
///
/// # Panics
/// Where the store fails.
#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
pub async fn met(store: &dyn Store, viewer: u64, drawn: &[Candidate]) {
    let ids: Vec<_> = drawn.iter().take(PAGE).map(|other| other.user_id).collect();
    let found = store.find_encounters(user(viewer), &ids).await.unwrap().unwrap();
    assert_eq!(found.others.len(), ids.len(), "a profile each");
}

/// What a page takes of the store: the draw, and the profiles of a page.
///
/// # Panics
/// Where the store fails.
pub async fn page(store: &dyn Store, viewer: u64) -> Vec<Candidate> {
    let drawn = drawn(store, viewer).await;
    met(store, viewer, &drawn).await;
    drawn
}
