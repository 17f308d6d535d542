//! Promises of [`ProfileStore`](chatlink_core::people::ProfileStore).

use super::blocks::block;
use crate::{
    Harness,
    world::{World, seconds},
};
use chatlink_core::{
    people::{Age, AgeBand, Blocked, Languages, ProfileChange, UpdateMe},
    protocol::Timestamp,
};
use std::collections::HashMap;

const HOUR: u64 = 3600;

/// What a change names is as it says, the rest stays, and everybody reads the same from then on.
pub async fn a_profile_changes_where_the_change_says(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.person(&["en"], &["es", "ja"]).await;
    let fresh = world.profile(ana).await;
    assert_eq!((fresh.display_name.as_str(), fresh.about.as_str()), ("Somebody", ""));
    assert_eq!((fresh.age, fresh.country, fresh.time_zone.clone()), (Age::Told(AgeBand::Adult), None, None));
    assert!(fresh.username.starts_with('u') && fresh.interests.is_empty() && fresh.shows_activity);
    assert_eq!(fresh.created_at, world.now());

    let change = ProfileChange {
        display_name: Some("Ana".parse().unwrap()),
        about: Some("I like\ntea".to_owned()),
        status: Some("brewing".to_owned()),
        interests: Some(vec!["tea".to_owned(), "jazz \"live\"".to_owned()]),
        country: Some("PE".parse().unwrap()),
        time_zone: Some(Some("America/Lima".parse().unwrap())),
        languages: Some(Languages::parse(["es", "qu"], [("en", "C2"), ("de", "A1")]).unwrap()),
    };
    let changed = world.change(ana, change.clone()).await;
    assert_eq!(changed, fresh.with(change));
    assert_eq!(harness.another().await.find_profile(ana).await.unwrap(), Some(changed.clone()));

    let no_zone = ProfileChange { time_zone: Some(None), ..ProfileChange::default() };
    let expected = changed.with(no_zone.clone());
    assert_eq!(world.change(ana, no_zone).await, expected);
    assert_eq!(world.profile(ana).await, expected);
}

/// Absence is `None` in every verb, and makes nothing.
pub async fn who_has_no_account_has_no_profile(harness: &impl Harness) {
    let world = World::on(harness.store());
    let (ana, nobody) = (world.person(&["en"], &[]).await, world.user());
    let store = &world.store;
    assert_eq!(store.find_profile(nobody).await.unwrap(), None);
    let change = UpdateMe { about: chatlink_core::people::Patch::Set("x".to_owned()), ..UpdateMe::default() };
    assert_eq!(store.update_profile(nobody, change.parse().unwrap(), world.now()).await.unwrap(), None);
    assert_eq!(store.find_encounters(nobody, &[ana]).await.unwrap(), None);
    store.touch_active(nobody, world.now()).await.unwrap();
    assert_eq!(store.find_profile(nobody).await.unwrap(), None);
    let seen = store.find_encounters(ana, &[nobody]).await.unwrap().unwrap();
    assert_eq!((seen.viewer, seen.others), (world.profile(ana).await, vec![]));
}

/// Each of the others once, the viewer never among them, and a block seen from both sides.
pub async fn encounters_know_of_blocks_either_way(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.person(&["en"], &["es"]).await;
    let ben = world.person(&["es"], &["en"]).await;
    let cho = world.person(&["ko"], &["en"]).await;
    assert!(matches!(world.store.block(block(ben, ana), world.now()).await.unwrap(), Blocked::Done(_)));
    for (viewer, others) in [(ana, [ben, cho]), (ben, [ana, cho]), (cho, [ana, ben])] {
        let asked = [others[0], viewer, others[1], others[0]];
        let seen = world.store.find_encounters(viewer, &asked).await.unwrap().unwrap();
        assert_eq!(seen.viewer.user_id, viewer);
        let blocked: HashMap<_, _> = seen.others.iter().map(|other| (other.profile.user_id, other.blocked)).collect();
        assert_eq!(seen.others.len(), 2);
        assert_eq!(blocked, others.into_iter().map(|other| (other, viewer != cho && other != cho)).collect());
        for other in seen.others {
            assert_eq!(other.profile, world.profile(other.profile.user_id).await);
        }
    }
}

/// Names of those who have a profile, whatever stands between them.
pub async fn briefs_come_once_each(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
    world.change(ben, ProfileChange { display_name: Some("Ben".parse().unwrap()), ..ProfileChange::default() }).await;
    let asked = [ben, world.user(), ana, ben];
    let mut briefs = world.store.list_briefs(&asked).await.unwrap();
    briefs.sort_by(|one, other| one.display_name.cmp(&other.display_name));
    let names: Vec<_> = briefs.iter().map(|brief| (brief.user_id, brief.display_name.as_str())).collect();
    assert_eq!(names, [(ben, "Ben"), (ana, "Somebody")]);
    assert_eq!(briefs[1].username, world.profile(ana).await.username);
    assert!(world.store.list_briefs(&[]).await.unwrap().is_empty());
}

/// Rounded down to the hour, and never back.
pub async fn presence_is_kept_by_the_hour(harness: &impl Harness) {
    let world = World::on(harness.store());
    let hour = Timestamp::from_micros(1_763_798_400_000_000);
    world.set(hour.plus(seconds(59)));
    let ana = world.person(&["en"], &[]).await;
    assert_eq!(world.profile(ana).await.active_at, Some(hour));
    for (at, expected) in [
        (hour.plus(seconds(HOUR - 1)), hour),
        (hour.plus(seconds(HOUR)), hour.plus(seconds(HOUR))),
        (hour, hour.plus(seconds(HOUR))),
        (hour.plus(seconds(50 * HOUR + 7)), hour.plus(seconds(50 * HOUR))),
    ] {
        world.store.touch_active(ana, at).await.unwrap();
        assert_eq!(world.profile(ana).await.active_at, Some(expected), "{at}");
    }
}
