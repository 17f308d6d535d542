//! What a draw finds.

use super::insert_profile;
use crate::{PostgresStore, error::store_error, support};
use chatlink_core::{
    locale::Language,
    people::{
        Block, BlockStore as _, Cohort, Draw, Languages, MatchStore as _, NewProfile, ProfileChange, ProfileStore as _,
        Rest, Wanted,
    },
    protocol::{Timestamp, UserId},
    timeline::UserNote,
};
use std::time::Duration;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_763_800_000_000_000);
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

fn user(number: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(number))
}

/// An account and its profile, as identity makes them.
async fn register(store: &PostgresStore, number: u128, born: &str, native: &str, learning: &str, at: Timestamp) {
    let profile = NewProfile {
        display_name: "Somebody".parse().unwrap(),
        birth_date: born.parse().unwrap(),
        country: "DE".parse().unwrap(),
        time_zone: Some("Europe/Berlin".parse().unwrap()),
        languages: Languages::parse([native], [(learning, "B1")]).unwrap(),
    };
    let insert = store.in_tx(move |tx| {
        Box::pin(async move {
            sqlx::query(
                "INSERT INTO accounts (user_id, username, username_key, state, created_at) VALUES ($1, $2, $3, 'active', $4)",
            )
            .bind(user(number).as_uuid())
            .bind(format!("user{number}"))
            .bind(format!("user{number}"))
            .bind(at.as_micros())
            .execute(&mut *tx)
            .await
            .map_err(store_error)?;
            insert_profile(tx, user(number), &profile, at).await
        })
    });
    insert.await.unwrap();
}

fn draw(viewer: u128, cohort: Cohort) -> Draw {
    let code = |text: &str| Some(text.parse::<Language>().unwrap());
    Draw {
        viewer: user(viewer),
        wanted: vec![Wanted { speaks: code("es"), learns: code("en") }, Wanted { speaks: code("es"), learns: None }],
        cohorts: vec![cohort],
        min_level: None,
        country: None,
        made_by: NOW.plus(YEAR),
        rest: Rest { waiting: 5, asked: 20, since: NOW },
        limit: 10,
        reach: 100,
    }
}

/// Those whom blocks leave out are walked over, though not without end.
#[tokio::test]
async fn a_draw_stops_at_its_reach() {
    let store = support::fresh().await;
    for number in 1..=6 {
        register(&store, number, "1990-01-01", "es", "en", NOW).await;
    }
    let found = async |reach| store.draw(Draw { reach, ..draw(9, Cohort::Adult) }, NOW).await.unwrap();
    let all = found(100).await;
    assert_eq!(all.len(), 6);
    for other in &all[..3] {
        let note = UserNote { user_id: user(9), kind: "block", subject: String::new(), body: Default::default() };
        let block = Block { blocker: user(9), blocked: other.user_id, note };
        store.block(block, NOW).await.unwrap();
    }
    assert_eq!(found(100).await, all[3..]);
    assert_eq!(found(4).await, all[3..4]);
    assert_eq!(found(3).await, []);
}

#[tokio::test]
async fn who_comes_of_age_is_drawn_with_the_adults_from_the_next_touch_on() {
    let store = support::fresh().await;
    let birthday: Timestamp = "2026-06-01T00:00:00+02:00".parse().unwrap();
    let before = birthday.minus(Duration::from_secs(1));
    register(&store, 1, "2008-06-01", "es", "en", before).await;
    register(&store, 2, "1990-01-01", "en", "es", before).await;
    assert_eq!(store.draw(draw(2, Cohort::Minor), before).await.unwrap().len(), 1);
    store.touch_active(user(2), birthday).await.unwrap();
    let drawn = store.draw(draw(2, Cohort::Adult), birthday).await.unwrap();
    assert_eq!(drawn.iter().map(|other| other.user_id).collect::<Vec<_>>(), [user(1)]);
    assert!(store.draw(draw(2, Cohort::Minor), birthday).await.unwrap().is_empty());
}

#[tokio::test]
async fn another_zone_moves_the_day_one_comes_of_age() {
    let store = support::fresh().await;
    let now: Timestamp = "2026-05-31T20:00:00Z".parse().unwrap();
    register(&store, 1, "2008-06-01", "es", "en", now).await;
    register(&store, 2, "1990-01-01", "en", "es", now).await;
    assert!(store.draw(draw(2, Cohort::Adult), now).await.unwrap().is_empty(), "22:00 in Berlin");
    let change = ProfileChange { time_zone: Some(Some("Asia/Tokyo".parse().unwrap())), ..ProfileChange::default() };
    store.update_profile(user(1), change, now).await.unwrap().unwrap();
    assert_eq!(store.draw(draw(2, Cohort::Adult), now).await.unwrap().len(), 1, "5:00 of the next day in Tokyo");
}
