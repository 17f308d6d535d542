//! Order, names and versions: what holds for every act.

use crate::{
    Harness,
    world::{World, event, leave, named, note, reply, seconds, seqs, words},
};
use chatlink_core::{
    protocol::{EventId, RoomId, Seq, UserId},
    rooms::History,
    timeline::{Act, ActKey, Deed, Outcome, ReactionChange, Reader},
};

/// Seqs are dense from 1 in each room, in the order of the batch; a clock that falls back does not
/// take the events with it.
pub async fn seqs_are_dense_and_times_never_fall(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let [one, two] = [world.group(&[ana, ben], History::All).await, world.group(&[ben], History::All).await];
    let batch = vec![world.message(one, ana, 1, "a"), world.message(two, ben, 1, "b"), world.message(one, ben, 1, "c")];
    let made: Vec<_> = world.append(batch).await.outcomes.into_iter().map(event).collect();
    assert_eq!(seqs(&made), [1, 1, 2]);
    assert!(made.iter().all(|event| event.at == world.now()), "{made:?}");

    let before = world.now();
    world.set(before.minus(seconds(60)));
    let late = world.say(one, ana, "the clock fell").await;
    assert_eq!((late.seq, late.at), (Seq(3), before));
    assert_eq!(seqs(&world.log(one, Reader::Node).await), [1, 2, 3]);
}

/// The same name and request answers the same event: in the next batch, on another handle, and
/// within one batch.
pub async fn a_repetition_answers_the_first_event(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let act = world.message(room, ana, 1, "hello");
    let again = || Act { event_id: world.id(EventId::from_uuid), ..act.clone() };
    let first = event(world.one(act.clone()).await);
    let expected = Outcome::Repeated { seq: first.seq, id: first.id, at: first.at };
    world.wait(seconds(9));
    assert_eq!(world.one(again()).await, expected);
    let elsewhere = harness.another().await.append(vec![again()], world.now()).await.unwrap();
    assert_eq!(elsewhere.outcomes, [expected]);

    let twin = world.message(room, ana, 1, "twice at once");
    let outcomes = world.append(vec![twin.clone(), Act { event_id: act.event_id, ..twin }]).await.outcomes;
    let made = event(outcomes[0].clone());
    assert_eq!(outcomes[1], Outcome::Repeated { seq: made.seq, id: made.id, at: made.at });
    assert_eq!(world.log(room, Reader::Node).await.len(), 2);
}

/// The same name with another request is a conflict, also on a room that changed since.
pub async fn a_name_with_another_request_conflicts(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let act = world.message(room, ana, 1, "hello");
    let key = act.key.map(|key| ActKey { request: [8; 32], ..key });
    let other = Act { key, deed: words("bye"), event_id: world.id(EventId::from_uuid), ..act.clone() };
    let outcomes = world.append(vec![act.clone(), other.clone()]).await.outcomes;
    assert_eq!(outcomes[1], Outcome::Conflict, "within the batch");
    world.must_do(room, ana, crate::world::rename("Other")).await;
    assert_eq!(world.one(other).await, Outcome::Conflict, "before the version is asked");
    assert!(matches!(world.one(act).await, Outcome::Repeated { .. }), "before the version is asked");
}

/// What the host says stands in the same order as everything, is unread for all and nobody's in
/// particular, makes no member of it, and leaves a first contact as it was.
pub async fn the_host_speaks_without_being_there(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    let version = world.version(room).await;
    let act = world.message(room, UserId::SYSTEM, version, "Welcome, both of you");
    let made = event(world.one(act.clone()).await);
    assert_eq!((made.seq, made.sender_id), (Seq(1), UserId::SYSTEM));
    assert!(matches!(world.one(act).await, Outcome::Repeated { seq: Seq(1), .. }));
    for user in [ana, ben] {
        assert_eq!(world.log(room, Reader::Member(user)).await, std::slice::from_ref(&made));
        assert_eq!(world.row(room, user).await.unread, 1);
    }
    assert_eq!(world.page(room, Reader::Member(UserId::SYSTEM), Seq(0)).await, None, "no member");
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!((authz.members.len(), authz.version), (2, version));
    assert_eq!(authz.pending.map(|pending| pending.sent), Some(0));
    let redacted = world.must_do(room, UserId::SYSTEM, Deed::Redact { target: made.id }).await;
    assert_eq!(redacted.seq, Seq(2));
}

/// Names are unique by room and sender, no further.
pub async fn a_name_is_its_senders_in_its_room(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let [one, two] = [world.group(&[ana, ben], History::All).await, world.group(&[ana, ben], History::All).await];
    let act = world.message(one, ana, 1, "hello");
    let fresh = || world.id(EventId::from_uuid);
    let batch = vec![
        act.clone(),
        Act { sender_id: ben, event_id: fresh(), ..act.clone() },
        Act { room_id: two, event_id: fresh(), ..act },
    ];
    let made: Vec<_> = world.append(batch).await.outcomes.into_iter().map(event).collect();
    assert_eq!(seqs(&made), [1, 2, 1]);
}

/// A recall answers what its name made, whatever the version; an unknown name has no target.
pub async fn a_recall_writes_nothing(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let act = world.message(room, ana, 1, "hello");
    let recall = Act { deed: Deed::Recall, authz_version: 99, ..act.clone() };
    assert_eq!(world.one(recall.clone()).await, Outcome::NoTarget);
    let made = event(world.one(act).await);
    assert_eq!(world.one(recall.clone()).await, Outcome::Repeated { seq: made.seq, id: made.id, at: made.at });
    let key = recall.key.map(|key| ActKey { request: [8; 32], ..key });
    assert_eq!(world.one(Act { key, ..recall }).await, Outcome::Conflict);
    assert_eq!(world.log(room, Reader::Node).await.len(), 1);
}

/// An act decided on another version is stale, leaves no trace, and succeeds on the right one.
pub async fn a_stale_act_takes_no_seq(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    world.must_do(room, ana, crate::world::rename("Other")).await;
    let version = world.version(room).await;
    let stale = world.message(room, ana, version - 1, "decided too early");
    assert_eq!(world.one(stale.clone()).await, Outcome::Stale);
    assert_eq!(world.one(Act { authz_version: version + 1, ..stale.clone() }).await, Outcome::Stale);
    let made = event(world.one(Act { authz_version: version, ..stale }).await);
    assert_eq!(made.seq, Seq(2));
}

/// What changes the room makes stale what was decided before it, in its own batch too.
pub async fn a_bump_makes_the_rest_of_the_batch_stale(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let batch = vec![
        world.message(room, ben, 1, "in time"),
        world.act(room, ben, 1, leave(ben)),
        world.message(room, ben, 1, "after leaving"),
        world.message(room, ana, 1, "decided on the old room"),
        world.message(room, ana, 2, "decided on the new one"),
    ];
    let outcomes = world.append(batch).await.outcomes;
    assert_eq!(outcomes[2..4], [Outcome::Stale, Outcome::Stale]);
    assert_eq!([0, 1, 4].map(|at| event(outcomes[at].clone()).seq.0), [1, 2, 3]);
}

/// One batch with everything in it: each act is answered for itself, and the good ones are dense.
pub async fn a_mixed_batch_answers_each_act(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let known = world.message(room, ana, 1, "known");
    let first = event(world.one(known.clone()).await);
    let conflict =
        Act { key: known.key.map(|key| ActKey { request: [9; 32], ..key }), deed: words("else"), ..known.clone() };
    let absent = world.id(EventId::from_uuid);
    let batch = vec![
        world.message(room, ben, 1, "good"),
        known,
        conflict,
        world.message(room, ben, 9, "stale"),
        world.message(world.id(RoomId::from_uuid), ben, 1, "nowhere"),
        world.act(room, ana, 1, Deed::Redact { target: absent }),
        world.message(room, ana, 1, "good, too"),
        world.act(room, ben, 1, crate::world::react(first.id, Some("👍"))),
        world.act(room, ben, 1, crate::world::react(first.id, Some("👍"))),
    ];
    let outcomes = world.append(batch).await.outcomes;
    assert_eq!(
        outcomes[1..6],
        [
            Outcome::Repeated { seq: first.seq, id: first.id, at: first.at },
            Outcome::Conflict,
            Outcome::Stale,
            Outcome::NoRoom,
            Outcome::NoTarget,
        ]
    );
    assert_eq!([0, 6, 7].map(|at| event(outcomes[at].clone()).seq.0), [2, 3, 4]);
    assert_eq!(outcomes[8], Outcome::Unchanged);
    assert_eq!(seqs(&world.log(room, Reader::Node).await), [1, 2, 3, 4]);
}

/// Notes go into users' logs with the events of their acts, in order; refused acts tell nothing.
pub async fn only_acts_that_make_events_are_told(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana], History::All).await;
    let good = Act {
        notes: vec![note(ben, "room", "r", 1), note(ana, "room", "r", 2)],
        ..world.message(room, ana, 1, "good")
    };
    let stale = Act { notes: vec![note(ben, "room", "s", 3)], ..world.message(room, ana, 5, "stale") };
    let last = Act { notes: vec![note(ben, "room", "t", 4)], ..world.message(room, ana, 1, "last") };
    let told = world.append(vec![good, stale, last]).await.told;
    let told: Vec<_> = told.iter().map(|told| (told.user_id, told.event.user_seq.0, &*told.event.subject)).collect();
    assert_eq!(told, [(ben, 1, "r"), (ana, 1, "r"), (ben, 2, "t")]);
}

/// What a reply names must be a message, and one of its room; one that is gone may be named.
pub async fn a_reply_names_a_message_of_its_room(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let [room, elsewhere] = [world.group(&[ana], History::All).await, world.group(&[ana], History::All).await];
    let [here, there] = [world.say(room, ana, "here").await, world.say(elsewhere, ana, "there").await];
    let renamed = world.must_do(room, ana, crate::world::rename("Not a message")).await;
    for absent in [there.id, renamed.id, world.id(EventId::from_uuid)] {
        assert_eq!(world.try_do(room, ana, reply(named(absent, 1))).await, Outcome::NoTarget);
    }
    let made = world.must_do(room, ana, reply(named(here.id, 1))).await;
    assert_eq!(world.log(room, Reader::Node).await.last(), Some(&made));
    world.must_do(room, ana, Deed::Redact { target: here.id }).await;
    world.must_do(room, ana, reply(named(here.id, 1))).await;
}

/// What stands before the sender's first seq is named like an absent message, in its own batch too.
pub async fn what_one_may_not_read_is_absent(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::FromJoin).await;
    let [before, after] = [world.say(room, ana, "before").await, world.say(room, ana, "after").await];
    let like = |named| Deed::React { target: named, change: ReactionChange::Give("👍".into()) };
    for absent in [reply(named(before.id, 2)), like(named(before.id, 2))] {
        assert_eq!(world.try_do(room, ana, absent).await, Outcome::NoTarget);
    }
    let now = world.message(room, ana, 1, "now");
    let batch = vec![
        now.clone(),
        world.act(room, ana, 1, reply(named(now.event_id, 4))),
        world.act(room, ana, 1, like(named(now.event_id, 3))),
        world.act(room, ana, 1, reply(named(after.id, 2))),
    ];
    let outcomes = world.append(batch).await.outcomes;
    assert_eq!(outcomes[1], Outcome::NoTarget);
    assert_eq!([0, 2, 3].map(|at| event(outcomes[at].clone()).seq.0), [3, 4, 5]);
}
