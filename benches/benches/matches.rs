//! A draw of candidates among 100,000 people, at the store: what a page of matches costs. Languages
//! are as skewed as in life: a third speaks English, two in five learn it.
//!
//! `cargo bench -p chatlink-benches --bench matches`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement ends where it cannot go on"
)]

use chatlink_benches::quantile;
use chatlink_core::{
    people::{Cohort, Draw, MatchStore as _, Rest, Wanted, lot},
    protocol::{Timestamp, UserId},
};
use chatlink_store_sqlite::{SqliteOptions, SqliteStore};
use criterion::{Criterion, criterion_group, criterion_main};
use sqlx::{ConnectOptions as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;
use uuid::Uuid;

const PEOPLE: u128 = 100_000;
/// What a page draws.
const DRAWN: u32 = 200;
/// Of every hundred people, so many speak and learn the language.
const SPOKEN: [(&str, u32); 6] = [("en", 33), ("zh", 20), ("es", 18), ("fr", 12), ("de", 10), ("ja", 7)];
const LEARNT: [(&str, u32); 6] = [("en", 40), ("es", 18), ("fr", 14), ("ja", 12), ("de", 9), ("zh", 7)];
const NOW: i64 = 1_767_225_600_000_000;

fn draws(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = runtime.block_on(crowd(&folder.path().join("people.db")));
    let now = Timestamp::from_micros(NOW);

    let mut viewers = (0..PEOPLE).step_by(97).cycle();
    criterion.bench_function("a draw of 200 among 100,000 people", |bencher| {
        bencher.iter(|| runtime.block_on(store.draw(draw(viewers.next().unwrap()), now)).unwrap());
    });

    let mut took: Vec<Duration> = (0..PEOPLE)
        .step_by(47)
        .map(|viewer| {
            let start = Instant::now();
            runtime.block_on(store.draw(draw(viewer), now)).unwrap();
            start.elapsed()
        })
        .collect();
    took.sort_unstable();
    println!("{} viewers: p50 {:?}, p99 {:?} (aim 2 ms)", took.len(), quantile(&took, 0.5), quantile(&took, 0.99));
    runtime.block_on(store.close());
}

/// What the engine asks for somebody who speaks one language and learns another.
fn draw(viewer: u128) -> Draw {
    let (speaks, learns) = languages(viewer);
    let (speaks, learns) = (Some(speaks.parse().unwrap()), Some(learns.parse().unwrap()));
    Draw {
        viewer: UserId::from_uuid(Uuid::from_u128(viewer + 1)),
        wanted: vec![
            Wanted { speaks: learns, learns: speaks },
            Wanted { speaks: learns, learns: None },
            Wanted { speaks: None, learns: speaks },
        ],
        cohorts: vec![Cohort::Adult],
        min_level: None,
        country: None,
        made_by: Timestamp::from_micros(NOW),
        rest: Rest { waiting: 5, asked: 20, since: Timestamp::from_micros(NOW) },
        limit: DRAWN,
    }
}

fn languages(person: u128) -> (&'static str, &'static str) {
    // Any fixed shuffle will do.
    let mixed = (person as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let pick = |shares: &[(&'static str, u32); 6], mut point: u32| {
        shares.iter().find(|(_, share)| point.checked_sub(*share).map(|rest| point = rest).is_none()).unwrap().0
    };
    let speaks = pick(&SPOKEN, (mixed >> 40) as u32 % 100);
    let learns = pick(&LEARNT, (mixed >> 20) as u32 % 100);
    if speaks == learns { (speaks, if speaks == "en" { "es" } else { "en" }) } else { (speaks, learns) }
}

/// A database of people, filled by hand: registering them would take a proof each.
async fn crowd(path: &Path) -> SqliteStore {
    SqliteOptions::new(path).open().await.unwrap().close().await;
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    sqlx::query("BEGIN").execute(&mut connection).await.unwrap();
    for person in 0..PEOPLE {
        insert(&mut connection, person).await;
    }
    sqlx::query("COMMIT").execute(&mut connection).await.unwrap();
    sqlx::query("ANALYZE").execute(&mut connection).await.unwrap();
    drop(connection);
    SqliteOptions::new(path).open().await.unwrap()
}

async fn insert(connection: &mut SqliteConnection, person: u128) {
    let id = Uuid::from_u128(person + 1);
    let (speaks, learns) = languages(person);
    // Everybody was here within a month.
    let active = NOW - (person as i64 * 7_919 % (30 * 24)) * 3_600_000_000;
    let made = NOW - 60 * 86_400_000_000;
    let name = format!("person{person}");
    sqlx::query(
        "INSERT INTO accounts (user_id, username, username_key, state, created_at) VALUES (?1, ?2, ?2, 'active', ?3)",
    )
    .bind(id)
    .bind(&name)
    .bind(made)
    .execute(&mut *connection)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO profiles (user_id, display_name, birth_date, cohort, country, time_zone, native, learning,
             interests, about, active_at, created_at)
         VALUES (?1, ?2, '1990-05-17', 1, 'ES', 'Europe/Madrid', json_array(?3), json_array(json_array(?4, 'B1')),
             '[\"music\",\"hiking\",\"films\"]', 'I like long walks and short messages.', ?5, ?6)",
    )
    .bind(id)
    .bind(&name)
    .bind(speaks)
    .bind(learns)
    .bind(active)
    .bind(made)
    .execute(&mut *connection)
    .await
    .unwrap();
    for (speaks, learns, level) in [(speaks, learns, 3), (speaks, "", 0), ("", learns, 3)] {
        sqlx::query("INSERT INTO match_keys VALUES (?, ?, 1, ?, ?, ?, ?, 'ES', ?)")
            .bind(speaks)
            .bind(learns)
            .bind(active / 86_400_000_000)
            .bind(lot(UserId::from_uuid(id), active / 86_400_000_000))
            .bind(id)
            .bind(level)
            .bind(made)
            .execute(&mut *connection)
            .await
            .unwrap();
    }
}

criterion_group!(benches, draws);
criterion_main!(benches);
