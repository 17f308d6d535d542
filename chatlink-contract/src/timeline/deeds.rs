//! What each deed does.

use crate::{
    Harness,
    world::{World, edit, leave, named, react, seqs, words},
};
use chatlink_core::{
    protocol::{EventBody, EventId, MembershipChange, Seq, event},
    rooms::{History, Pending, Role},
    timeline::{Deed, FirstContact, Outcome, ReactionChange, Reader},
};

/// An edit holds on the version it was decided on; the same words again change nothing.
pub async fn an_edit_raises_the_version_it_was_decided_on(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let message = world.say(room, ana, "helo").await;
    let edited = world.must_do(room, ana, edit(message.id, 1, "hello")).await;
    let body = event::Edit { target: message.id, version: 2, text: Some("hello".into()), hidden: false };
    assert_eq!(edited.body, EventBody::Edit(body));
    assert_eq!(world.try_do(room, ana, edit(message.id, 1, "hallo")).await, Outcome::Stale);
    assert_eq!(world.try_do(room, ana, edit(message.id, 2, "hello")).await, Outcome::Unchanged);
    world.must_do(room, ana, edit(message.id, 2, "hello!")).await;
    assert_eq!(world.try_do(room, ana, edit(world.id(EventId::from_uuid), 1, "x")).await, Outcome::NoTarget);
    assert_eq!(world.try_do(room, ana, edit(edited.id, 1, "x")).await, Outcome::NoTarget, "not a message");

    let facts = world.store.find_message(room, message.id, world.now()).await.unwrap().unwrap();
    assert_eq!((facts.version, facts.seq, facts.gone), (3, message.seq, false));
}

/// Each person has at most one reaction on a message; each change says what it replaced.
pub async fn a_person_has_one_reaction(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let id = world.say(room, ana, "hello").await.id;
    let changes = [(Some("👍"), None), (Some("🎉"), Some("👍")), (None, Some("🎉")), (Some("🎉"), None)];
    for (key, previous) in changes {
        let made = world.must_do(room, ben, react(id, key)).await;
        let owned = |key: Option<&str>| key.map(str::to_owned);
        assert_eq!(
            made.body,
            EventBody::Reaction(event::Reaction { target: id, key: owned(key), previous: owned(previous) })
        );
        assert_eq!(world.try_do(room, ben, react(id, key)).await, Outcome::Unchanged);
    }
    world.must_do(room, ana, react(id, Some("🎉"))).await;
    let item = world.snapshot(room, ben).await.items.remove(0);
    assert_eq!(item.reactions.iter().map(|r| (&*r.key, r.count)).collect::<Vec<_>>(), [("🎉", 2)]);
    assert_eq!(item.my_reaction.as_deref(), Some("🎉"));
    assert_eq!(world.try_do(room, ana, react(world.id(EventId::from_uuid), None)).await, Outcome::NoTarget);
}

/// Taking back names a reaction: another one stays, and none is none.
pub async fn the_named_reaction_is_taken_back(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    let id = world.say(room, ana, "hello").await.id;
    let back = |key: &str| Deed::React { target: named(id, 1), change: ReactionChange::TakeBack(key.into()) };
    assert_eq!(world.try_do(room, ben, back("👍")).await, Outcome::Unchanged, "none");
    world.must_do(room, ana, react(id, Some("🎉"))).await;
    world.must_do(room, ben, react(id, Some("👍"))).await;
    assert_eq!(world.try_do(room, ben, back("🎉")).await, Outcome::Unchanged, "another, and another's");
    assert_eq!(world.snapshot(room, ben).await.items[0].my_reaction.as_deref(), Some("👍"));
    let batch = vec![
        world.act(room, ben, 1, react(id, Some("🎉"))),
        world.act(room, ben, 1, back("👍")),
        world.act(room, ben, 1, back("🎉")),
    ];
    let outcomes = world.append(batch).await.outcomes;
    assert_eq!(outcomes[1], Outcome::Unchanged, "it was replaced before it was taken back");
    let body = event::Reaction { target: id, key: None, previous: Some("🎉".into()) };
    assert_eq!(crate::world::event(outcomes[2].clone()).body, EventBody::Reaction(body));
    let item = world.snapshot(room, ben).await.items.remove(0);
    assert_eq!(item.reactions.iter().map(|r| (&*r.key, r.count)).collect::<Vec<_>>(), [("🎉", 1)]);
}

/// Who is added to a group reads from the event of his joining on, and a second adding is nothing.
pub async fn who_is_added_reads_from_joining(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana], History::FromJoin).await;
    world.say(room, ana, "before").await;
    let before = world.version(room).await;
    let joined = world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    let body = event::Membership::plain(ben, MembershipChange::Added);
    assert_eq!((joined.seq, &joined.body), (Seq(2), &EventBody::Membership(body)));
    assert_eq!(world.version(room).await, before + 1);
    assert_eq!(world.try_do(room, ana, Deed::Add { user_id: ben }).await, Outcome::Unchanged);
    world.say(room, ana, "after").await;

    assert_eq!(seqs(&world.log(room, Reader::Member(ben)).await), [2, 3]);
    assert_eq!(world.snapshot(room, ben).await.items.len(), 2);
    let row = world.row(room, ben).await;
    assert_eq!((row.unread, row.member_count, row.role), (1, 2, Role::Member));
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!(authz.members[&ben].from_seq, Seq(2));
}

/// With history `all` he reads everything, and nothing of the time before is unread.
pub async fn with_history_all_who_is_added_reads_everything(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana], History::All).await;
    world.say(room, ana, "before").await;
    world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    assert_eq!(seqs(&world.log(room, Reader::Member(ben)).await), [1, 2]);
    assert_eq!(world.row(room, ben).await.unread, 0);
    world.say(room, ana, "after").await;
    assert_eq!(world.row(room, ben).await.unread, 1);
}

/// Who left or was removed reads nothing by any verb; added again, he reads from then on.
pub async fn who_left_reads_nothing(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::FromJoin).await;
    world.say(room, ana, "hello").await;
    world.must_do(room, ben, leave(ben)).await;
    assert_eq!(world.page(room, Reader::Member(ben), Seq(0)).await, None);
    let read = world.store.timeline(room, Reader::Member(ben), chatlink_core::timeline::Window::Newest, 9, world.now());
    assert_eq!(read.await.unwrap(), None);
    assert_eq!(world.store.find_room(ben, room, world.now()).await.unwrap(), None);
    assert!(world.store.memberships(ben).await.unwrap().is_empty());
    assert_eq!(world.try_do(room, ana, leave(ben)).await, Outcome::Unchanged);

    let again = world.must_do(room, ana, Deed::Add { user_id: ben }).await;
    assert_eq!(seqs(&world.log(room, Reader::Member(ben)).await), [again.seq.0]);
    let row = world.row(room, ben).await;
    assert_eq!((row.read_seq, row.unread, row.member_count), (Seq(0), 0, 2));
}

/// Where the last owner leaves, the heir owns from the same event on.
pub async fn the_heir_of_the_last_owner_owns(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.group(&[ana, ben], History::All).await;
    world.must_do(room, ana, Deed::Remove { user_id: ana, change: MembershipChange::Left, heir: Some(ben) }).await;
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!(authz.members.len(), 1);
    assert_eq!(authz.members[&ben].role, Role::Owner);
}

/// A new title is an event and bumps the version; the same title is nothing.
pub async fn a_rename_is_told_and_bumps(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.user();
    let room = world.group(&[ana], History::All).await;
    let made = world.must_do(room, ana, crate::world::rename("Morning class")).await;
    assert_eq!(
        made.body,
        EventBody::Room(Box::new(event::RoomChange { title: Some("Morning class".into()), ..Default::default() }))
    );
    assert_eq!(world.try_do(room, ana, crate::world::rename("Morning class")).await, Outcome::Unchanged);
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!((&*authz.settings.title, authz.version), ("Morning class", 2));
    assert_eq!(world.row(room, ana).await.settings.title, "Morning class");
}

/// The opener's messages are counted, each bumps the version; the other's first message accepts.
pub async fn first_contact_is_spent_and_accepted(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.user(), world.user()];
    let room = world.direct(ana, ben).await;
    let first = |contact| match words("hello") {
        Deed::Message { text, reply_to, expires_at, extras, .. } => {
            Deed::Message { text, reply_to, expires_at, first_contact: contact, extras }
        }
        other => other,
    };
    world.must_do(room, ana, first(FirstContact::Spend)).await;
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!((authz.pending, authz.version), (Some(Pending { opener: ana, sent: 1 }), 2));
    world.must_do(room, ben, first(FirstContact::Accept)).await;
    let authz = world.store.load_authz(room).await.unwrap().unwrap();
    assert_eq!((authz.pending, authz.version), (None, 3));
    world.must_do(room, ana, first(FirstContact::Settled)).await;
    assert_eq!(world.version(room).await, 3);
}
