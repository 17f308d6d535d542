//! Polls: asked, voted on, closed, and gone with their message.

use crate::{
    Harness,
    mine::is_done,
    world::{World, ask, close_poll, event, named, react, seconds, vote},
};
use chatlink_core::{
    protocol::{EventBody, EventId, Item, RoomId, Tally, UserId, event},
    rooms::History,
    timeline::{Deed, Outcome, PollFacts, Reader, VoteRow},
};

async fn item(world: &World, room: RoomId, reader: UserId, message: EventId) -> Item {
    let items = world.snapshot(room, reader).await.items;
    items.into_iter().find(|item| item.id == message).unwrap()
}

fn tally(counts: [u32; 3], voters: u32, closed: bool) -> Option<Tally> {
    Some(Tally { counts: counts.to_vec(), voters, closed })
}

async fn votes(world: &World, room: RoomId, reader: UserId, message: EventId) -> Vec<VoteRow> {
    world.store.list_votes(room, reader, message, None, 50, world.now()).await.unwrap()
}

/// What it asks and offers is read as it was told, by the log, the timeline and the room's list; nobody has voted.
pub async fn a_poll_is_a_message_that_is_voted_on(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let closes = world.now().plus(seconds(60));
    let made = world.must_do(room, ana, ask("tea?", None, Some(closes))).await;
    let said = world.say(room, ana, "no poll").await.id;
    let EventBody::Message(event::Message { text: Some(text), poll: Some(poll), .. }) = &made.body else {
        panic!("{made:?}")
    };
    assert_eq!((text.as_str(), poll.options.len(), poll.multiple, poll.closes_at), ("tea?", 3, true, Some(closes)));
    assert_eq!(world.log(room, Reader::Member(ben)).await[0], made);
    let shown = item(&world, room, ben, made.id).await;
    assert_eq!((&shown.body, &shown.tally), (&made.body, &tally([0, 0, 0], 0, false)));
    let find = |message| world.store.find_message(room, message, world.now());
    let facts = PollFacts { options: 3, multiple: true, closes_at: Some(closes), closed: false };
    assert_eq!(find(made.id).await.unwrap().unwrap().poll, Some(facts));
    assert_eq!(find(said).await.unwrap().unwrap().poll, None);
    assert_eq!(world.row(room, ben).await.unread, 2);
    let last = world.must_do(room, ana, ask("again?", None, None)).await.id;
    world.must_do(room, ben, vote(last, &[1])).await;
    let row = world.row(room, ben).await.last_item.unwrap();
    assert_eq!((row.id, row.tally, row.my_vote), (last, tally([0, 1, 0], 1, false), vec![1]));
    assert_eq!(world.try_do(room, ben, vote(said, &[0])).await, Outcome::NotAPoll);
    assert_eq!(world.try_do(room, ben, close_poll(said)).await, Outcome::NotAPoll);
    let votes = world.must_do(room, ben, vote(made.id, &[0])).await.id;
    assert_eq!(world.try_do(room, ben, vote(votes, &[0])).await, Outcome::NoTarget, "a vote is no message");
}

/// A vote replaces the one before, and says which; an empty one takes it back; the same one is nothing.
pub async fn a_person_has_one_vote(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let id = world.must_do(room, ana, ask("tea?", None, None)).await.id;
    assert_eq!(world.try_do(room, ben, vote(id, &[])).await, Outcome::Unchanged);
    world.must_do(room, ana, vote(id, &[0])).await;
    let mut before: Vec<u8> = Vec::new();
    for (choices, counts, voters) in
        [(&[0, 2][..], [2, 0, 1], 2), (&[1], [1, 1, 0], 2), (&[], [1, 0, 0], 1), (&[0, 1, 2], [2, 1, 1], 2)]
    {
        let made = world.must_do(room, ben, vote(id, choices)).await;
        let body = event::Vote { target: id, choices: choices.to_vec(), previous: before };
        assert_eq!(made.body, EventBody::Vote(body));
        assert_eq!(world.try_do(room, ben, vote(id, choices)).await, Outcome::Unchanged);
        let shown = item(&world, room, ben, id).await;
        assert_eq!((shown.tally, shown.my_vote.as_slice()), (tally(counts, voters, false), choices));
        before = choices.to_vec();
    }
    assert_eq!(item(&world, room, ana, id).await.my_vote, [0]);
    let node = world.store.timeline(room, Reader::Node, chatlink_core::timeline::Window::Newest, 9, world.now()).await;
    assert!(node.unwrap().unwrap().items[0].my_vote.is_empty(), "the node is nobody");
}

/// One that was closed takes no vote, nor does one whose time is over; closing it again is nothing.
pub async fn a_poll_takes_votes_until_it_is_over(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let closes = world.now().plus(seconds(10));
    let (open, timed) = (
        world.must_do(room, ana, ask("tea?", None, None)).await.id,
        world.must_do(room, ana, ask("coffee?", None, Some(closes))).await.id,
    );
    for poll in [open, timed] {
        world.must_do(room, ben, vote(poll, &[0])).await;
    }
    let made = world.must_do(room, ana, close_poll(open)).await;
    assert_eq!(made.body, EventBody::PollClosed(event::PollClosed { target: open }));
    assert_eq!(world.try_do(room, ana, close_poll(open)).await, Outcome::Unchanged);
    world.set(closes.minus(std::time::Duration::from_micros(1)));
    world.must_do(room, ben, vote(timed, &[1])).await;
    world.set(closes);
    for poll in [open, timed] {
        for choices in [&[2][..], &[]] {
            assert_eq!(world.try_do(room, ben, vote(poll, choices)).await, Outcome::Closed);
        }
    }
    assert_eq!(world.try_do(room, ben, vote(open, &[0])).await, Outcome::Unchanged, "a repetition of what stands");
    assert_eq!(world.try_do(room, ana, close_poll(timed)).await, Outcome::Unchanged);
    assert_eq!(item(&world, room, ben, open).await.tally, tally([1, 0, 0], 1, true));
    assert_eq!(item(&world, room, ben, timed).await.tally, tally([0, 1, 0], 1, false), "no event says it");
    assert!(world.store.find_message(room, open, world.now()).await.unwrap().unwrap().poll.unwrap().closed);
}

/// Who chose what is told to members who may read the poll, in pages; not to who hid it, and to nobody else.
pub async fn votes_are_open_to_who_reads_the_poll(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, carl] = [world.user(), world.user(), world.user()];
    let room = world.group(&[ana, ben], History::FromJoin).await;
    let id = world.must_do(room, ana, ask("tea?", None, None)).await.id;
    for (user, choices) in [(ana, &[0, 1][..]), (ben, &[2])] {
        world.must_do(room, user, vote(id, choices)).await;
    }
    let mut all = vec![VoteRow { user_id: ana, choices: vec![0, 1] }, VoteRow { user_id: ben, choices: vec![2] }];
    all.sort_by_key(|row| row.user_id);
    assert_eq!(votes(&world, room, ben, id).await, all);
    let page = |after, limit| world.store.list_votes(room, ben, id, after, limit, world.now());
    assert_eq!(page(None, 1).await.unwrap(), all[..1]);
    assert_eq!(page(Some(all[0].user_id), 9).await.unwrap(), all[1..]);
    assert_eq!(votes(&world, room, carl, id).await, []);
    world.must_do(room, ana, Deed::Add { user_id: carl }).await;
    assert_eq!(votes(&world, room, carl, id).await, [], "before his time");
    let early = Deed::Vote { target: named(id, 9), choices: vec![0] };
    assert_eq!(world.try_do(room, carl, early).await, Outcome::NoTarget);
    assert!(is_done(&world.hide(ben, room, id).await));
    assert_eq!(votes(&world, room, ben, id).await, []);
    let hidden = item(&world, room, ben, id).await;
    assert_eq!((hidden.tally, hidden.my_vote.len()), (None, 0));
    assert_eq!(votes(&world, room, ana, id).await, all, "to others it stands");
    world.must_do(room, ben, vote(id, &[])).await;
    assert_eq!(votes(&world, room, ana, id).await.len(), 1, "taken back");
}

/// Redacted or expired: question, options and votes are gone from every answer, before any purge and after it.
pub async fn a_poll_goes_with_its_message(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let until = world.now().plus(seconds(10));
    let redacted = world.must_do(room, ana, ask("tea?", None, None)).await.id;
    let expired = world.must_do(room, ana, ask("tea?", Some(until), None)).await.id;
    for poll in [redacted, expired] {
        world.must_do(room, ben, vote(poll, &[0, 1])).await;
    }
    world.must_do(room, ana, Deed::Redact { target: redacted }).await;
    world.set(until);
    for purged in [false, true] {
        if purged {
            assert_eq!(world.store.purge_expired(world.now(), 10).await.unwrap(), 1);
        }
        for poll in [redacted, expired] {
            let shown = item(&world, room, ben, poll).await;
            assert!(shown.redacted && shown.tally.is_none() && shown.my_vote.is_empty(), "{shown:?}");
            assert_eq!(votes(&world, room, ben, poll).await, []);
            assert_eq!(world.try_do(room, ben, vote(poll, &[2])).await, Outcome::Gone);
            assert_eq!(world.try_do(room, ana, close_poll(poll)).await, Outcome::Gone);
        }
        let log = world.log(room, Reader::Node).await;
        let told = log.iter().filter_map(|event| match &event.body {
            EventBody::Message(message) => Some(message),
            _ => None,
        });
        assert!(told.clone().all(|message| message.poll.is_none() && message.text.is_none()), "{log:?}");
        assert_eq!((told.count(), log.len()), (2, 5));
    }
}

/// Acts of one batch find what those before them did.
pub async fn a_batch_votes_in_its_order(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let asked = world.act(room, ana, 1, ask("tea?", None, None));
    let id = asked.event_id;
    let acts = [
        (ben, vote(id, &[0])),
        (ben, vote(id, &[0])),
        (ben, vote(id, &[1, 2])),
        (ana, vote(id, &[1])),
        (ana, vote(id, &[])),
        (ana, close_poll(id)),
        (ana, vote(id, &[1])),
        (ben, react(id, Some("👍"))),
    ];
    let acts = acts.map(|(user, deed)| world.act(room, user, 1, deed));
    let outcomes = world.append([asked].into_iter().chain(acts).collect()).await.outcomes;
    assert_eq!((&outcomes[2], &outcomes[7]), (&Outcome::Unchanged, &Outcome::Closed));
    let EventBody::Vote(again) = event(outcomes[3].clone()).body else { panic!("{outcomes:?}") };
    assert_eq!(again.previous, [0]);
    let shown = item(&world, room, ben, id).await;
    assert_eq!((shown.tally, shown.my_vote), (tally([0, 1, 1], 1, true), vec![1, 2]));
    let gone = vec![world.act(room, ana, 1, Deed::Redact { target: id }), world.act(room, ben, 1, vote(id, &[0]))];
    assert_eq!(world.append(gone).await.outcomes[1], Outcome::Gone);
}
