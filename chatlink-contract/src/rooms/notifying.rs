//! Of what one wants to be told, in one's settings and in a room's, and what it does to the badge.

use crate::{
    Harness,
    timeline::mentions::naming,
    world::{World, note},
};
use chatlink_core::{
    people::{Notify, QuietHours, SettingsChange},
    protocol::{RoomId, UserId},
    rooms::{History, PrefsChange, asks_for_attention},
};

const CHOICES: [Option<Notify>; 4] = [None, Some(Notify::All), Some(Notify::Mentions), Some(Notify::None)];

async fn choose(world: &World, user: UserId, change: SettingsChange) {
    world.store.update_settings(user, change, note(user, "settings", "", 0), world.now()).await.unwrap();
}

async fn set(world: &World, user: UserId, room: RoomId, change: PrefsChange) -> serde_json::Value {
    world.store.set_prefs(user, room, change, world.now()).await.unwrap().unwrap().event.body
}

/// A room's own choice is kept beside its other settings, and taken off again.
pub async fn what_is_told_of_a_room_is_kept(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    for choice in CHOICES {
        let body = set(&world, ana, room, PrefsChange { notify: Some(choice), ..PrefsChange::default() }).await;
        assert_eq!(body.get("notify"), choice.map(|choice| choice.as_str().into()).as_ref());
        set(&world, ana, room, PrefsChange { pinned: Some(true), ..PrefsChange::default() }).await;
        assert_eq!(world.row(room, ana).await.prefs.notify, choice, "another change leaves it");
        assert_eq!(world.row(room, ben).await.prefs.notify, None);
    }
}

/// Quiet hours are kept whole, beside the other settings, and taken away whole.
pub async fn quiet_hours_are_kept_whole(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.person(&["en"], &[]).await;
    let hours = |from: &str, to: &str, zone: &str| {
        QuietHours::new(from.parse().unwrap(), to.parse().unwrap(), zone.parse().unwrap()).unwrap()
    };
    let read = async || harness.another().await.find_settings(ana).await.unwrap().alerts;
    for hours in [hours("22:00", "07:00", "Europe/Madrid"), hours("00:00", "23:59", "Asia/Kolkata")] {
        let change = SettingsChange { quiet_hours: Some(Some(hours.clone())), ..SettingsChange::default() };
        choose(&world, ana, change).await;
        let notify = SettingsChange { notify: Some(Notify::Mentions), ..SettingsChange::default() };
        choose(&world, ana, notify).await;
        assert_eq!((read().await.quiet_hours, read().await.notify), (Some(hours), Notify::Mentions));
    }
    choose(&world, ana, SettingsChange { quiet_hours: Some(None), ..SettingsChange::default() }).await;
    assert_eq!((read().await.quiet_hours, read().await.notify), (None, Notify::Mentions));
}

/// Over every choice in a room and in the settings, of two people and of groups, with nothing to read, something, and
/// something that names one: the badge counts the rooms of which the rule says that they ask for attention.
pub async fn the_badge_hears_what_one_wants_to_be_told(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.person(&["en"], &[]).await;
    let mut rooms = Vec::new();
    for choice in CHOICES {
        for marked_unread in [false, true] {
            for case in 0..5 {
                let ben = world.user();
                let room = match case {
                    0..3 => world.group(&[ben, ana], History::All).await,
                    _ => accepted(&world, ben, ana).await,
                };
                match case {
                    1 | 4 => drop(world.say(room, ben, "hello").await),
                    2 => drop(world.must_do(room, ben, naming("you", &[ana], false)).await),
                    _ => {}
                }
                let (notify, marked_unread) = (Some(choice), Some(marked_unread));
                set(&world, ana, room, PrefsChange { notify, marked_unread, ..PrefsChange::default() }).await;
                rooms.push(room);
            }
        }
    }
    let mut badges = Vec::new();
    for default in [Notify::All, Notify::Mentions, Notify::None] {
        choose(&world, ana, SettingsChange { notify: Some(default), ..SettingsChange::default() }).await;
        let mut asking = 0;
        for room in &rooms {
            let row = world.row(*room, ana).await;
            let counts = (row.unread, row.unread_mentions);
            asking += u32::from(asks_for_attention(default, &row.prefs, row.kind, counts, world.now()));
        }
        assert_eq!(world.store.badge(ana, world.now()).await.unwrap(), asking, "{default:?}");
        badges.push(asking);
    }
    assert_eq!(badges, [23, 22, 15]);
}

async fn accepted(world: &World, opener: UserId, other: UserId) -> RoomId {
    let room = world.direct(opener, other).await;
    world.store.accept(room, other, Vec::new(), world.now()).await.unwrap().unwrap();
    room
}
