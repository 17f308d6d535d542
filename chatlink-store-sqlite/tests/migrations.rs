//! Migrations over a database that is in use: what was there before is there afterwards.

#![allow(clippy::unwrap_used, reason = "panics are how a test says no")]

use chatlink_store_sqlite::SqliteOptions;
use sqlx::{
    Connection as _, Row as _, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use std::path::Path;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The database as it was after that migration.
async fn stopped_at(file: &Path, version: i64) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await.unwrap();
    let earlier = MIGRATIONS.iter().filter(|migration| migration.version <= version).cloned().collect::<Vec<_>>();
    Migrator { migrations: earlier.into(), ..Migrator::DEFAULT }.run(&pool).await.unwrap();
    pool.close().await;
    SqliteConnection::connect_with(&options).await.unwrap()
}

const PEOPLE: &str = r#"
    INSERT INTO profiles (user_id, display_name, birth_date, age_told, cohort, country, time_zone, native, learning,
        interests, active_at, created_at)
    VALUES
        (unhex('00000000000000000000000000000001'), 'Ana', '1990-01-31', NULL, 1, 'ES', 'Europe/Madrid', '["es"]',
            '[["en","B1"]]', '["music"]', 1, 1),
        (unhex('00000000000000000000000000000002'), 'Ben', NULL, '18_plus', 1, NULL, NULL, '["en"]', '[]', '[]', 1, 1);
    INSERT INTO user_settings VALUES (unhex('00000000000000000000000000000001'), 'es', 'dark', 1, 1, 1, 0);
    INSERT INTO standings VALUES (unhex('00000000000000000000000000000001'), 4, 5, 6, 7, 8, 9, 10);
    INSERT INTO rooms (room_id, kind, title, history, last_at, member_count, updated_at, asked_user, asked_at)
    VALUES
        (unhex('0000000000000000000000000000000a'), 'direct', '', 'all', 1, 2, 1,
            unhex('00000000000000000000000000000001'), 1),
        (unhex('0000000000000000000000000000000b'), 'direct', '', 'all', 1, 2, 1,
            unhex('00000000000000000000000000000001'), 1),
        (unhex('0000000000000000000000000000000c'), 'group', 'Trains', 'all', 1, 2, 1, NULL, NULL);
"#;

/// 0013 makes light rows of profiles, settings, standings and rooms.
#[tokio::test]
async fn draws_know_everybody_who_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chat.db");
    let mut old = stopped_at(&file, 12).await;
    sqlx::raw_sql(PEOPLE).execute(&mut old).await.unwrap();
    old.close().await.unwrap();

    SqliteOptions::new(&file).open().await.unwrap();
    let mut now = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&file)).await.unwrap();
    let rows = sqlx::query("SELECT traits, standing, asked FROM standings ORDER BY user_id").fetch_all(&mut now).await;
    let rows: Vec<_> = rows.unwrap().iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    let expected = [
        (
            r#"["1990-01-31",null,"Europe/Madrid",["es"],[["en","B1"]],["music"],0]"#.to_owned(),
            "[4,[5,6],7,[8,9,10]]".to_owned(),
            2_i64,
        ),
        (r#"[null,"18_plus",null,["en"],[],[],1]"#.to_owned(), "null".to_owned(), 0),
    ];
    assert_eq!(rows, expected);

    // And counts on from there.
    let ask =
        "INSERT INTO rooms (room_id, kind, title, history, last_at, member_count, updated_at, asked_user, asked_at)
        VALUES (unhex('0000000000000000000000000000000d'), 'direct', '', 'all', 1, 2, 1,
            unhex('00000000000000000000000000000002'), 1)";
    sqlx::raw_sql(ask).execute(&mut now).await.unwrap();
    let asked: i64 = sqlx::query("SELECT asked FROM standings ORDER BY user_id DESC LIMIT 1")
        .fetch_one(&mut now)
        .await
        .unwrap()
        .get(0);
    assert_eq!(asked, 1);
}
