//! Pictures of groups.

use crate::{Harness, world::World};
use chatlink_core::{
    people::{Avatar, AvatarSize},
    protocol::{EventBody, RoomId, event::RoomChange},
    rooms::{History, RoomSettingsChange},
    timeline::{Deed, Measure, Outcome, Reader},
};

fn avatar(mark: &str) -> Avatar {
    Avatar { small: format!("small {mark}").into_bytes().into(), large: format!("large {mark}").into_bytes().into() }
}

fn set(avatar: Option<&Avatar>) -> Deed {
    let avatar = Some(avatar.cloned().map(Box::new));
    Deed::Govern(Measure::Settings(RoomSettingsChange { avatar, ..RoomSettingsChange::default() }))
}

/// What the room shows of this picture; both sizes are there, or none.
async fn shows(world: &World, room: RoomId, avatar: &Avatar) -> bool {
    let mut found = Vec::new();
    for size in AvatarSize::ALL {
        let bytes = world.store.find_room_avatar(room, avatar.version(), size).await.unwrap();
        assert!(bytes.is_none() || bytes.as_ref() == Some(avatar.of_size(size)));
        found.push(bytes.is_some());
    }
    assert_eq!(found[0], found[1]);
    found[0]
}

/// The settings name the picture wherever they are read, the event tells its version, and nothing is left of the one
/// before. What is so already makes no event.
pub async fn a_groups_picture_takes_the_place_of_the_one_before(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let (room, other) = (world.group(&[ana], History::All).await, world.group(&[ana], History::All).await);
    let (first, second) = (avatar("one"), avatar("two"));
    assert_eq!(world.try_do(room, ana, set(None)).await, Outcome::Unchanged, "there was none");
    for (picture, version) in [(&first, 2), (&second, 3)] {
        let made = world.must_do(room, ana, set(Some(picture))).await;
        let told = RoomChange { avatar: Some(picture.version().to_string()), ..RoomChange::default() };
        assert_eq!(made.body, EventBody::Room(told.into()));
        assert_eq!(world.log(room, Reader::Member(ana)).await.last(), Some(&made));
        assert_eq!(world.try_do(room, ana, set(Some(picture))).await, Outcome::Unchanged);
        let elsewhere = World::on(harness.another().await);
        assert_eq!(elsewhere.version(room).await, version);
        assert!(shows(&elsewhere, room, picture).await && !shows(&elsewhere, other, picture).await);
        let authz = elsewhere.store.load_authz(room).await.unwrap().unwrap();
        assert_eq!(authz.settings.avatar, Some(picture.version()));
        assert_eq!(elsewhere.store.find_room(ana, room, world.now()).await.unwrap().unwrap().settings, authz.settings);
    }
    assert!(!shows(&world, room, &first).await);
    let title = RoomSettingsChange { title: "Tandem".parse().ok(), ..RoomSettingsChange::default() };
    world.must_do(room, ana, Deed::Govern(Measure::Settings(title))).await;
    assert!(shows(&world, room, &second).await, "other settings leave it");

    let made = world.must_do(room, ana, set(None)).await;
    assert_eq!(made.body, EventBody::Room(RoomChange { avatar: Some(String::new()), ..RoomChange::default() }.into()));
    assert!(!shows(&world, room, &second).await);
    assert_eq!(world.row(room, ana).await.settings.avatar, None);
}

/// A picture decided on an older version of the room is not kept; of several in one batch the last one is.
pub async fn a_groups_picture_is_kept_with_its_event_alone(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let (first, second, late) = (avatar("one"), avatar("two"), avatar("late"));
    let act = |version, deed| world.act(room, ana, version, deed);
    let batch =
        vec![act(1, set(Some(&first))), act(2, set(None)), act(3, set(Some(&second))), act(3, set(Some(&late)))];
    let outcomes = world.append(batch).await.outcomes;
    assert!(outcomes[..3].iter().all(|outcome| matches!(outcome, Outcome::Appended(_))), "{outcomes:?}");
    assert_eq!(outcomes[3], Outcome::Stale);
    assert!(shows(&world, room, &second).await && !shows(&world, room, &first).await);
    assert!(!shows(&world, room, &late).await);
    let batch = vec![act(4, set(Some(&late))), act(5, set(None))];
    assert!(world.append(batch).await.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Appended(_))));
    assert!(!shows(&world, room, &late).await);
    assert_eq!((world.row(room, ana).await.settings.avatar, world.version(room).await), (None, 6));
}
