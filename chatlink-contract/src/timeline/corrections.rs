//! Corrections: proposed, answered, withdrawn, listed, and gone with their message.

use crate::{
    Harness,
    world::{World, correct, decide, edit, event, expiring, improved, leave, named, react, seconds},
};
use CorrectionState::{Accepted, Declined, Open, Withdrawn};
use chatlink_core::{
    protocol::{ClientId, CorrectionState, Event, EventBody, EventId, RoomId, Seq, UserId, event},
    rooms::{History, Pending},
    timeline::{Act, ActKey, CorrectionLimits, CorrectionPlace, CorrectionRow, Deed, FirstContact, Outcome, Reader},
};

async fn propose(world: &World, room: RoomId, sender: UserId, on: &Event, version: u32, text: &str) -> Event {
    let original = match &on.body {
        EventBody::Message(message) => message.text.clone().unwrap(),
        other => panic!("{other:?}"),
    };
    let deed = correct(named(on.id, 1), version, improved(&original, text));
    let key = ActKey { client_id: world.id(ClientId::from_uuid), request: [7; 32] };
    event(world.one(Act { key: Some(key), ..world.act(room, sender, world.version(room).await, deed) }).await)
}

/// What the message shows of corrections: texts and states, in order.
async fn shown(world: &World, room: RoomId, reader: UserId, message: EventId) -> Vec<(String, CorrectionState)> {
    let items = world.snapshot(room, reader).await.items;
    let item = items.into_iter().find(|item| item.id == message).expect("the message");
    item.corrections.into_iter().map(|correction| (correction.words.text, correction.state)).collect()
}

async fn listed(world: &World, author: UserId, state: Option<CorrectionState>) -> Vec<CorrectionRow> {
    world.store.list_corrections(author, state, None, 100, world.now()).await.unwrap()
}

fn texts(rows: &[CorrectionRow]) -> Vec<&str> {
    rows.iter().map(|row| row.correction.words.text.as_str()).collect()
}

/// A correction is an event of its version, and stands on its message for everybody.
pub async fn a_correction_stands_on_its_message(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let message = world.say(room, ana, "I go home").await;
    let before = world.row(room, ana).await;
    let made = propose(&world, room, ben, &message, 1, "I went home").await;
    let words = improved("I go home", "I went home");
    let body = event::Correction { target: message.id, version: 1, words: Some(words.clone()) };
    assert_eq!((made.seq, &made.body), (Seq(2), &EventBody::Correction(body)));
    assert_eq!(world.log(room, Reader::Member(ana)).await[1], made, "read as it was told");
    let page = world.snapshot(room, ana).await;
    assert_eq!((page.items.len(), page.as_of), (1, Seq(2)));
    let correction = &page.items[0].corrections[0];
    assert_eq!((correction.id, correction.sender_id, correction.at), (made.id, ben, made.at));
    assert_eq!((correction.version, correction.state, &correction.words), (1, Open, &words));
    let row = world.row(room, ana).await;
    assert_eq!(row.last_item.as_ref(), Some(&page.items[0]));
    assert_eq!((row.unread, row.updated_at), (0, before.updated_at), "it is no message");
    let facts = world.store.find_correction(room, message.id, made.id, world.now()).await.unwrap().unwrap();
    assert_eq!((facts.sender_id, facts.state), (ben, Open));
    let elsewhere = world.say(room, ana, "else").await;
    for (message, correction) in [(elsewhere.id, made.id), (message.id, message.id), (made.id, made.id)] {
        assert_eq!(world.store.find_correction(room, message, correction, world.now()).await.unwrap(), None);
    }
}

/// It is made on the version that it was decided on, of a message that the sender may read, once a name.
pub async fn a_correction_holds_on_its_version(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let message = world.say(room, ana, "I go").await;
    let on = |from, version| correct(named(message.id, from), version, improved("I go", "I went"));
    assert_eq!(world.try_do(room, ben, on(1, 2)).await, Outcome::Stale);
    assert_eq!(world.try_do(room, ben, on(2, 1)).await, Outcome::NoTarget, "before the first seq that he may read");
    let key = ActKey { client_id: world.id(ClientId::from_uuid), request: [7; 32] };
    let act = Act { key: Some(key), ..world.act(room, ben, 1, on(1, 1)) };
    let made = event(world.one(act.clone()).await);
    let again = world.append(vec![act.clone(), Act { key: Some(ActKey { request: [8; 32], ..key }), ..act }]).await;
    let repeated = Outcome::Repeated { seq: made.seq, id: made.id, at: made.at };
    assert_eq!(again.outcomes, [repeated, Outcome::Conflict]);

    world.must_do(room, ana, edit(message.id, 1, "I go!")).await;
    assert_eq!(world.try_do(room, ben, on(1, 1)).await, Outcome::Stale);
    let item = world.snapshot(room, ana).await.items.remove(0);
    assert_eq!((item.version, item.corrections[0].version), (2, 1), "tied to its version");
    assert_eq!(item.corrections[0].words.original, "I go");
}

/// The author answers and may think again; the same answer twice is nothing; what is withdrawn stands no more.
pub async fn a_correction_is_answered_and_withdrawn(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let message = world.say(room, ana, "I go").await;
    let (one, two) = (
        propose(&world, room, ben, &message, 1, "I went").await,
        propose(&world, room, ben, &message, 1, "I left").await,
    );
    let answer = |correction: EventId, state| decide(message.id, correction, state);
    let told = world.must_do(room, ana, answer(one.id, Accepted)).await;
    let body = event::CorrectionDecision { target: message.id, correction: one.id, state: Accepted };
    assert_eq!(told.body, EventBody::CorrectionDecision(body));
    assert_eq!(world.try_do(room, ana, answer(one.id, Accepted)).await, Outcome::Unchanged);
    world.must_do(room, ana, answer(two.id, Declined)).await;
    let both = |one, two| vec![("I went".to_owned(), one), ("I left".to_owned(), two)];
    assert_eq!(shown(&world, room, ben, message.id).await, both(Accepted, Declined));
    world.must_do(room, ana, answer(one.id, Declined)).await;
    assert_eq!(shown(&world, room, ana, message.id).await, both(Declined, Declined));

    world.must_do(room, ben, answer(one.id, Withdrawn)).await;
    assert_eq!(world.try_do(room, ben, answer(one.id, Withdrawn)).await, Outcome::Unchanged);
    assert_eq!(world.try_do(room, ana, answer(one.id, Accepted)).await, Outcome::NoTarget);
    assert_eq!(shown(&world, room, ana, message.id).await, both(Declined, Declined)[1..]);
    let log = world.log(room, Reader::Node).await;
    assert!(!format!("{log:?}").contains("I went"), "{log:?}");
    let facts = world.store.find_correction(room, message.id, one.id, world.now()).await.unwrap().unwrap();
    assert_eq!(facts.state, Withdrawn);
    for (target, correction) in [(message.id, message.id), (one.id, one.id), (world.id(EventId::from_uuid), one.id)] {
        assert_eq!(world.try_do(room, ana, decide(target, correction, Accepted)).await, Outcome::NoTarget);
    }
}

/// There are never more than the limits say, of all and of one person, withdrawn ones counted.
pub async fn a_message_has_a_bounded_number_of_corrections(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, carl] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, ben, carl], History::All).await;
    let message = world.say(room, ana, "a").await;
    let limited = |text: &str| Deed::Correct {
        target: named(message.id, 1),
        version: 1,
        words: Box::new(improved("a", text)),
        limits: CorrectionLimits { message: 3, each: 2 },
        first_contact: FirstContact::Settled,
    };
    let first = world.must_do(room, ben, limited("b")).await;
    world.must_do(room, ben, decide(message.id, first.id, Withdrawn)).await;
    let batch = ["c", "d"].map(|text| world.act(room, ben, 1, limited(text))).to_vec();
    let outcomes = world.append(batch).await.outcomes;
    assert!(matches!(outcomes[0], Outcome::Appended(_)), "{outcomes:?}");
    assert_eq!(outcomes[1], Outcome::Full, "a third of his");
    world.must_do(room, carl, limited("e")).await;
    assert_eq!(world.try_do(room, carl, limited("f")).await, Outcome::Full, "a fourth of all");
    let other = world.say(room, ana, "a").await;
    propose(&world, room, carl, &other, 1, "b").await;
}

/// Invariant 6: with its message everything that a correction says is gone from every answer, of redacted and of
/// expired messages, purged or not; and nothing more is said about it.
pub async fn corrections_go_with_their_message(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let until = world.now().plus(seconds(10));
    let redacted = world.say(room, ana, "the secret").await;
    let expired = world.must_do(room, ana, expiring("the secret", Some(until))).await;
    let mut corrections = Vec::new();
    for message in [&redacted, &expired] {
        let made = propose(&world, room, ben, message, 1, "the better secret").await;
        world.must_do(room, ana, decide(message.id, made.id, Accepted)).await;
        corrections.push(made);
    }
    let ends: Vec<_> = listed(&world, ana, None).await.iter().map(|row| row.expires_at).collect();
    assert_eq!(ends, [Some(until), None], "it is said when they go");
    world.must_do(room, ana, Deed::Redact { target: redacted.id }).await;
    assert_eq!(texts(&listed(&world, ana, None).await), ["the better secret"]);
    world.set(until);
    for purged in [false, true] {
        if purged {
            assert_eq!(world.store.purge_expired(world.now(), 10).await.unwrap(), 1, "a message, with what is its");
            world.set(until.minus(seconds(5)));
        }
        let log = world.log(room, Reader::Node).await;
        let page = world.snapshot(room, ben).await;
        let given = world.store.own_corrections(ben, None, 10, world.now()).await.unwrap();
        let received = listed(&world, ana, None).await;
        let all = format!("{log:?}{page:?}{given:?}{received:?}{:?}", world.row(room, ana).await);
        assert!(!all.contains("secret"), "{all}");
        assert!(received.is_empty() && given.is_empty());
        assert_eq!((log.len(), page.items.len()), (7, 2), "every seq stays");
        for (message, made) in [&redacted, &expired].into_iter().zip(&corrections) {
            let found = world.store.find_correction(room, message.id, made.id, world.now()).await.unwrap();
            assert_eq!(found, None);
            assert_eq!(world.try_do(room, ana, decide(message.id, made.id, Declined)).await, Outcome::Gone);
            let late = correct(named(message.id, 1), 1, improved("a", "b"));
            assert_eq!(world.try_do(room, ben, late).await, Outcome::Gone);
        }
    }
}

/// The request is forgotten with the words: any repetition of the name answers the tombstone.
pub async fn a_correction_that_is_gone_answers_its_tombstone(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let until = world.now().plus(seconds(10));
    let messages = [
        world.say(room, ana, "a").await,
        world.say(room, ana, "a").await,
        world.must_do(room, ana, expiring("a", Some(until))).await,
    ];
    let mut again = Vec::new();
    for message in &messages {
        let made = propose(&world, room, ben, message, 1, "b").await;
        let deed = correct(named(message.id, 1), 1, improved("a", "c"));
        let key = ActKey { client_id: made.client_id.unwrap(), request: [9; 32] };
        let act = Act { key: Some(key), ..world.act(room, ben, 1, deed) };
        assert_eq!(world.one(act.clone()).await, Outcome::Conflict);
        again.push((act, Outcome::Repeated { seq: made.seq, id: made.id, at: made.at }));
    }
    let withdrawn = again[1].0.clone();
    let made = match again[1].1 {
        Outcome::Repeated { id, .. } => id,
        _ => unreachable!(),
    };
    let batch = vec![
        world.act(room, ana, 1, Deed::Redact { target: messages[0].id }),
        world.act(room, ben, 1, decide(messages[1].id, made, Withdrawn)),
        again[0].0.clone(),
        withdrawn,
    ];
    let outcomes = world.append(batch).await.outcomes;
    assert_eq!(outcomes[2..], [again[0].1.clone(), again[1].1.clone()], "within the batch, too");
    world.set(until);
    for (act, repeated) in again {
        assert_eq!(world.one(act).await, repeated);
    }
}

/// The author's list: the newest first, each once whatever the page, by state, of what he may read.
pub async fn an_author_lists_what_was_corrected(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let rooms = [world.group(&[ana, ben], History::All).await, world.direct(ben, ana).await];
    let mut made = Vec::new();
    for n in 0..7_u32 {
        let room = rooms[n as usize % 2];
        if n % 3 == 0 {
            world.wait(seconds(1));
        }
        let message = world.say(room, ana, "mine").await;
        let correction = propose(&world, room, ben, &message, 1, &format!("better {n}")).await;
        made.push((room, message, correction));
    }
    let theirs = world.say(rooms[0], ben, "not mine").await;
    propose(&world, rooms[0], ana, &theirs, 1, "of others").await;
    let answers = [(0, Accepted), (1, Declined), (3, Accepted), (5, Withdrawn)];
    for (at, state) in answers {
        let (room, message, correction) = &made[at];
        world.must_do(*room, ana, decide(message.id, correction.id, state)).await;
    }
    let (room, message, _) = &made[6];
    world.must_do(*room, ana, edit(message.id, 1, "mine!")).await;

    let mut expected: Vec<_> = made.iter().enumerate().filter(|(n, _)| *n != 5).map(|(_, made)| made).collect();
    expected.sort_by_key(|(_, _, correction)| std::cmp::Reverse((correction.at, correction.id)));
    let all = listed(&world, ana, None).await;
    assert_eq!(
        all.iter().map(|row| row.correction.id).collect::<Vec<_>>(),
        expected.iter().map(|made| made.2.id).collect::<Vec<_>>()
    );
    for (row, (room, message, correction)) in all.iter().zip(&expected) {
        assert_eq!((row.room_id, row.message_id, row.message_seq), (*room, message.id, message.seq));
        assert_eq!((row.correction.at, row.correction.sender_id), (correction.at, ben));
        let edited = message.id == made[6].1.id;
        assert_eq!((row.version, row.correction.version), (if edited { 2 } else { 1 }, 1));
    }
    for limit in [1, 2, 5] {
        let (mut found, mut after): (Vec<_>, Option<CorrectionPlace>) = (Vec::new(), None);
        loop {
            let page = world.store.list_corrections(ana, None, after, limit, world.now()).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.place());
            found.extend(page);
        }
        assert_eq!(found, all, "pages of {limit}");
    }
    for (state, count) in [(Open, 3), (Accepted, 2), (Declined, 1), (Withdrawn, 0)] {
        let rows = listed(&world, ana, Some(state)).await;
        assert_eq!((rows.len(), rows.iter().all(|row| row.correction.state == state)), (count, true), "{state:?}");
    }
    world.must_do(rooms[0], ana, leave(ana)).await;
    assert!(listed(&world, ana, None).await.iter().all(|row| row.room_id == rooms[1]), "left rooms are not read");
    let back = world.must_do(rooms[0], ben, Deed::Add { user_id: ana }).await;
    assert_eq!(back.seq, world.log(rooms[0], Reader::Node).await.last().unwrap().seq);
    assert_eq!(listed(&world, ana, None).await.len(), 6, "with history of all");
    assert_eq!(listed(&world, world.user(), None).await, []);
}

/// Who came later reads, and lists, from his first seq on.
pub async fn corrections_of_before_ones_time_are_not_listed(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::FromJoin).await;
    let early = world.say(room, ana, "early").await;
    propose(&world, room, ben, &early, 1, "earlier").await;
    assert_eq!(texts(&listed(&world, ana, None).await), ["earlier"]);
    world.must_do(room, ana, leave(ana)).await;
    world.must_do(room, ben, Deed::Add { user_id: ana }).await;
    assert_eq!(listed(&world, ana, None).await, []);
    propose(&world, room, ben, &early, 1, "still early").await;
    assert_eq!(listed(&world, ana, None).await, [], "the message is of before");
    let late = world.say(room, ana, "late").await;
    propose(&world, room, ben, &late, 1, "later").await;
    assert_eq!(texts(&listed(&world, ana, None).await), ["later"]);
}

/// As a message does, the other person's correction accepts a first contact.
pub async fn a_correction_accepts_a_first_contact(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    let said = world.say(room, ana, "helo").await;
    let deed = Deed::Correct {
        target: named(said.id, 1),
        version: 1,
        words: Box::new(improved("helo", "hello")),
        limits: CorrectionLimits { message: 3, each: 3 },
        first_contact: FirstContact::Accept,
    };
    let before = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!(before.pending, Some(Pending { opener: ana, sent: 0 }));
    world.must_do(room, ben, deed).await;
    let after = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!((after.pending, after.version), (None, before.version + 1));
}

/// What one proposed, of all rooms, left ones too, each once whatever the page; what is withdrawn is not in it.
pub async fn own_corrections_are_paged_as_they_stand(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let rooms = [world.group(&[ana, ben], History::All).await, world.group(&[ana, ben], History::All).await];
    let mut stand = Vec::new();
    for n in 0..6 {
        let message = world.say(rooms[n % 2], ana, "a").await;
        let made = propose(&world, rooms[n % 2], ben, &message, 1, &format!("b {n}")).await;
        if n == 3 {
            world.must_do(rooms[1], ben, decide(message.id, made.id, Withdrawn)).await;
            continue;
        }
        if n == 4 {
            world.must_do(rooms[0], ana, decide(message.id, made.id, Accepted)).await;
        }
        world.must_do(rooms[n % 2], ben, react(message.id, Some("👍"))).await;
        stand.push((made.id, message.id, if n == 4 { Accepted } else { Open }));
    }
    let mine = world.say(rooms[0], ben, "a").await;
    propose(&world, rooms[0], ana, &mine, 1, "not his").await;
    world.must_do(rooms[1], ben, leave(ben)).await;
    stand.sort_by_key(|(id, ..)| *id);
    for limit in [1, 2, 10] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = world.store.own_corrections(ben, after, limit, world.now()).await.unwrap();
            let full = page.len() >= limit as usize;
            after = page.last().map(|correction| correction.place).or(after);
            found.extend(page.into_iter().map(|correction| (correction.id, correction.message_id, correction.state)));
            if !full {
                break;
            }
        }
        found.sort_by_key(|(id, ..)| *id);
        assert_eq!(found, stand, "pages of {limit}");
    }
}

/// Words of before somebody's time stay unread by him, though an edit or a correction says them again after it.
pub async fn words_of_before_ones_time_are_not_said_again(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, cid] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, ben], History::FromJoin).await;
    let old = world.say(room, ana, "I goed").await;
    world.must_do(room, ana, Deed::Add { user_id: cid }).await;
    let new = world.say(room, ana, "I has").await;
    let mut made = Vec::new();
    for message in [&old, &new] {
        made.push(world.must_do(room, ana, edit(message.id, 1, "I edited")).await);
        made.push(propose(&world, room, ben, message, 2, "I corrected").await);
    }
    let after = async |reader| world.page(room, reader, new.seq).await.unwrap().events;
    for reader in [Reader::Node, Reader::Member(ana), Reader::Member(ben)] {
        assert_eq!(after(reader).await, made, "{reader:?}");
    }
    made.iter_mut().take(2).for_each(Event::hide);
    assert_eq!(after(Reader::Member(cid)).await, made);
    assert!(made[0].repeats_words_of().is_none() && made[1].repeats_words_of().is_none());
}
