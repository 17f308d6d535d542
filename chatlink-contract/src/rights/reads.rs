//! What only an export reads, and how often there may be one.

use super::Town;
use crate::{
    Harness,
    people::reports::report,
    world::{World, edit, event, expiring, leave, seconds},
};
use chatlink_core::{
    people::Reported,
    protocol::{ClientId, Event, RoomId, UserId},
    rights::{OwnMessage, OwnPlace},
    rooms::History,
    settings::CodeLimits,
    timeline::{Act, ActKey, Deed},
};
use std::{collections::BTreeSet, time::Duration};

async fn say(world: &World, room: RoomId, sender: UserId, deed: Deed) -> Event {
    let act = world.act(room, sender, world.version(room).await, deed);
    let key = ActKey { client_id: world.id(ClientId::from_uuid), request: [7; 32] };
    event(world.one(Act { key: Some(key), ..act }).await)
}

async fn all(world: &World, user: UserId, limit: u32) -> Vec<OwnMessage> {
    let (mut found, mut after): (Vec<OwnMessage>, Option<OwnPlace>) = (Vec::new(), None);
    loop {
        let page = world.store.own_messages(user, after, limit, world.now()).await.unwrap();
        let full = page.len() >= limit as usize;
        after = page.last().map(OwnMessage::place).or(after);
        found.extend(page);
        if !full {
            return found;
        }
    }
}

/// Of all rooms, left ones too, each once whatever the page: own words, as the last edit left them.
pub async fn own_messages_are_paged_as_they_stand(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let rooms = [
        world.group(&[ana, ben], History::All).await,
        world.group(&[ben, ana], History::All).await,
        world.direct(ana, ben).await,
    ];
    let mut stand = BTreeSet::new();
    for (n, room) in rooms.iter().cycle().take(12).enumerate() {
        let text = format!("mine {n}");
        let said = say(&world, *room, ana, expiring(&text, None)).await;
        stand.insert((said.room_id, said.seq, said.id, text));
        say(&world, *room, ben, expiring("not mine", None)).await;
    }
    let edited = say(&world, rooms[0], ana, expiring("first words", None)).await;
    world.must_do(rooms[0], ana, edit(edited.id, 1, "second words")).await;
    stand.insert((rooms[0], edited.seq, edited.id, "second words".to_owned()));
    let redacted = say(&world, rooms[1], ana, expiring("taken back", None)).await;
    world.must_do(rooms[1], ana, Deed::Redact { target: redacted.id }).await;
    let until = world.now().plus(seconds(5));
    say(&world, rooms[1], ana, expiring("for a while", Some(until))).await;
    assert_eq!(all(&world, ana, 50).await.len(), stand.len() + 1);
    world.set(until);
    world.must_do(rooms[1], ana, leave(ana)).await;
    for limit in [1, 3, 4, 50] {
        let found = all(&world, ana, limit).await;
        assert_eq!(found.len(), stand.len(), "each once");
        let rooms: Vec<_> = found.iter().map(|message| message.room_id).collect();
        let turns = rooms.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert_eq!(turns, 2, "room by room");
        let found: BTreeSet<_> = found.into_iter().map(|m| (m.room_id, m.seq, m.id, m.text)).collect();
        assert_eq!(found, stand);
    }
    assert_eq!(all(&world, world.user(), 10).await, []);
    assert_eq!(all(&world, ana, 50).await.iter().filter(|message| message.version == 2).count(), 1);
}

/// The newest first, one's own alone.
pub async fn own_reports_are_paged(harness: &impl Harness) {
    let town = Town::of(harness);
    let world = &town.world;
    let [ana, ben] = [town.stage.person("ana").await, town.stage.person("ben").await];
    let mut made = Vec::new();
    for _ in 0..5 {
        let report = report(world, ana, ben);
        assert_eq!(world.store.report(report.clone(), 20, world.now()).await.unwrap(), Reported::Kept);
        made.insert(0, (world.now(), report));
        if made.len() % 2 == 0 {
            world.wait(seconds(1));
        }
    }
    made.sort_by_key(|(at, report)| std::cmp::Reverse((*at, report.report_id)));
    assert_eq!(world.store.report(report(world, ben, ana), 20, world.now()).await.unwrap(), Reported::Kept);
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let page = world.store.own_reports(ana, before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.created_at, last.report.report_id));
        found.extend(page.into_iter().map(|row| (row.created_at, row.report)));
    }
    assert_eq!(found, made);
}

/// So many an hour of one person, whoever else exports.
pub async fn exports_are_counted_by_hour(harness: &impl Harness) {
    let world = World::on(harness.store());
    let limits = CodeLimits { exports_an_hour: 2, ..CodeLimits::default() };
    let admit = async |trace: u8| world.store.admit_export([trace; 32], &limits, world.now()).await.unwrap();
    let first = world.now();
    assert_eq!(admit(1).await, None);
    world.wait(seconds(60));
    assert_eq!((admit(1).await, admit(2).await), (None, None));
    assert_eq!(admit(1).await, Some(first.plus(Duration::from_secs(3600))));
    world.set(first.plus(Duration::from_secs(3600)));
    assert_eq!(admit(1).await, None, "the first one is forgotten");
    assert!(admit(1).await.is_some());
}
