//! What is looked through.

use super::{ask, said};
use crate::{
    Harness,
    people::blocks::block,
    world::{World, leave, seconds},
};
use chatlink_core::{
    protocol::{EventBody, RoomId},
    rooms::History,
    timeline::{
        Deed, Extras, FirstContact,
        search::{Sought, Span},
    },
};

/// Latin, Greek, Cyrillic, Chinese, Japanese, Korean, Thai, Arabic, Hebrew, Hindi, and what is no word; of an
/// index and without one.
pub async fn words_are_found_in_every_script(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let told = [
        ("koln", "Am Rhein liegt Köln."),
        ("οδυσσευς", "Ὀδυσσεύς"),
        ("елка", "Ёлка"),
        ("東京", "明日は東京へ行く"),
        ("你好", "你好，世界"),
        ("안녕", "안녕하세요"),
        ("แมว", "ฉันรักแมว"),
        ("سلام", "السلام عليكم"),
        ("שלום", "שלום לך"),
        ("नमस्ते", "अरे नमस्ते"),
        ("c++", "I like C++"),
        ("👍🏽", "well 👍🏽"),
    ];
    for (_, text) in told {
        world.say(room, ana, text).await;
    }
    for count in 0..130 {
        world.say(room, ana, &format!("padding {count}")).await;
    }
    for indexed in [false, true] {
        for (q, text) in told {
            assert_eq!(world.found(ana, q).await, [text], "{q}, indexed: {indexed}");
        }
        assert_eq!(world.found(ana, "がい").await, [""; 0]);
        assert_eq!(world.found(ana, "京へ 東").await, ["明日は東京へ行く"], "each word somewhere");
        world.indexed().await;
    }
}

/// The message as it was told, with where the words stand.
pub async fn a_hit_is_the_whole_message_with_its_places(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let told = world.say(room, ana, "👍 Köln, koln").await;
    let found = world.search(ask(ana, "KOLN")).await.unwrap();
    assert_eq!((found.next, found.cut_short), (None, false));
    assert_eq!(found.hits[0].event, told);
    assert_eq!(found.hits[0].highlights, [Span { start: 2, end: 6 }, Span { start: 8, end: 12 }]);
    world.must_do(room, ana, crate::world::rename("Köln")).await;
    assert_eq!(world.hits(ask(ana, "koln")).await.len(), 1, "messages alone");
}

/// Alone and together.
pub async fn one_room_one_person_or_a_time_can_be_asked_for(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let [one, two] = [world.group(&[ana, ben], History::All).await, world.group(&[ana, ben], History::All).await];
    let start = world.now();
    for (room, sender, text) in [(one, ana, "tea 1"), (two, ana, "tea 2"), (one, ben, "tea 3"), (two, ben, "tea 4")] {
        world.say(room, sender, text).await;
        world.wait(seconds(10));
    }
    let all = |change: fn(&mut Sought)| {
        let mut wanted = ask(ana, "tea");
        change(&mut wanted);
        wanted
    };
    let texts = async |wanted| world.hits(wanted).await.iter().map(said).collect::<Vec<_>>();
    assert_eq!(texts(all(|_| {})).await, ["tea 4", "tea 3", "tea 2", "tea 1"]);
    assert_eq!(texts(Sought { room_id: Some(one), ..ask(ana, "tea") }).await, ["tea 3", "tea 1"]);
    assert_eq!(texts(Sought { sender_id: Some(ben), ..ask(ana, "tea") }).await, ["tea 4", "tea 3"]);
    assert_eq!(texts(Sought { sender_id: Some(world.user()), ..ask(ana, "tea") }).await, [""; 0]);
    let (from, until) = (Some(start.plus(seconds(10))), Some(start.plus(seconds(30))));
    assert_eq!(texts(Sought { from, ..ask(ana, "tea") }).await, ["tea 4", "tea 3", "tea 2"]);
    assert_eq!(texts(Sought { until, ..ask(ana, "tea") }).await, ["tea 3", "tea 2", "tea 1"]);
    assert_eq!(texts(Sought { from, until, room_id: Some(two), ..ask(ana, "tea") }).await, ["tea 2"]);
    let before_all = Some(start.minus(seconds(1)));
    assert_eq!(texts(Sought { until: before_all, ..ask(ana, "tea") }).await, [""; 0]);
}

/// A stranger's rooms, absent ones and those that one left are not there at all.
pub async fn only_ones_own_rooms_are_looked_through(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    world.say(room, ana, "our secret").await;
    let in_room = |reader, room: RoomId| Sought { room_id: Some(room), ..ask(reader, "secret") };
    assert_eq!(world.found(ben, "secret").await, ["our secret"]);
    let eve = world.user();
    assert_eq!(world.found(eve, "secret").await, [""; 0]);
    assert_eq!(world.search(in_room(eve, room)).await, None);
    assert_eq!(world.search(in_room(ana, world.id(RoomId::from_uuid))).await, None);
    world.must_do(room, ben, leave(ben)).await;
    assert_eq!(world.found(ben, "secret").await, [""; 0]);
    assert_eq!(world.search(in_room(ben, room)).await, None);
}

/// What was said before one joined is not there, in blocks that are indexed too.
pub async fn one_finds_from_ones_first_seq_on(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana], History::FromJoin).await;
    for count in 0..70 {
        world.say(room, ana, &format!("before you {count}")).await;
    }
    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    assert_eq!(world.found(ben, "you").await, [""; 0], "nothing yet");
    world.say(room, ana, "after you").await;
    for count in 0..70 {
        world.say(room, ana, &format!("padding {count}")).await;
    }
    for _ in 0..2 {
        assert_eq!(world.found(ben, "you").await, ["after you"]);
        assert_eq!(world.found(ana, "you").await.len(), 71);
        world.indexed().await;
    }
}

/// The other person finds nothing of it before it is accepted; the opener his own words.
pub async fn a_request_that_waits_is_not_looked_through(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    let words = Deed::Message {
        text: "hello".into(),
        reply_to: None,
        expires_at: None,
        first_contact: FirstContact::Spend,
        extras: Extras::default(),
    };
    world.must_do(room, ana, words).await;
    assert_eq!(world.found(ben, "hello").await, [""; 0]);
    let there = world.search(Sought { room_id: Some(room), ..ask(ben, "hello") }).await;
    assert_eq!(there.map(|found| found.hits), Some(Vec::new()), "it is his room");
    assert_eq!(world.found(ana, "hello").await, ["hello"]);
    world.store.decline(room, ben, Vec::new(), world.now()).await.unwrap().unwrap();
    assert_eq!(world.found(ben, "hello").await, [""; 0]);
    world.store.accept(room, ben, Vec::new(), world.now()).await.unwrap().unwrap();
    assert_eq!(world.found(ben, "hello").await, ["hello"]);
}

/// For who blocks; the blocked finds as before, and cannot tell.
pub async fn blocked_peoples_words_are_not_found(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
    let room = world.group(&[ana, ben], History::All).await;
    world.say(room, ana, "tea of ana").await;
    world.say(room, ben, "tea of ben").await;
    world.store.block(block(ana, ben), world.now()).await.unwrap();
    assert_eq!(world.found(ana, "tea").await, ["tea of ana"]);
    let asked_for = Sought { sender_id: Some(ben), ..ask(ana, "tea") };
    assert_eq!(world.hits(asked_for).await, []);
    assert_eq!(world.found(ben, "tea").await, ["tea of ben", "tea of ana"]);
    world.store.unblock(block(ana, ben), world.now()).await.unwrap();
    let hits = world.hits(ask(ana, "tea")).await;
    assert_eq!(hits.len(), 2);
    assert!(hits.iter().all(|hit| matches!(hit.event.body, EventBody::Message(_))));
}
