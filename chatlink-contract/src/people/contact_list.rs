//! Promises of [`ContactListStore`](chatlink_core::people::ContactListStore).

use super::blocks::block;
use crate::{
    Harness,
    world::{World, note, seconds},
};
use chatlink_core::{
    people::{Keep, Kept, KeptRow, MAX_KEPT},
    protocol::UserId,
};

async fn keep(world: &World, owner: UserId, user_id: UserId, words: &str) -> Kept {
    let told = note(owner, "contact_list", &user_id.to_string(), 1);
    let keep = Keep { owner, user_id, note: words.parse().unwrap(), told };
    world.store.keep(keep, world.now()).await.unwrap()
}

async fn kept(world: &World, owner: UserId) -> Vec<UserId> {
    let rows = world.store.list_kept(owner, None).await.unwrap();
    let mut ids: Vec<_> = rows.into_iter().map(|row| row.brief.user_id).collect();
    ids.sort_unstable();
    ids
}

/// Kept once with one's own words, told once a change, by the owner alone; and let go as quietly.
pub async fn people_are_kept_and_let_go(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben, eve] =
        [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await, world.person(&["de"], &[]).await];
    let since = world.now();
    let Kept::Done(told) = keep(&world, ana, ben, "the film club").await else { panic!("not kept") };
    assert_eq!((told.len(), told[0].user_id, told[0].event.kind.as_str()), (1, ana, "contact_list"));
    assert_eq!(keep(&world, ana, ben, "the film club").await, Kept::Already);
    world.wait(seconds(5));
    assert!(matches!(keep(&world, ana, ben, "the book club").await, Kept::Done(_)));
    assert!(matches!(keep(&world, ana, eve, "").await, Kept::Done(_)));
    let brief = world.store.list_briefs(&[ben]).await.unwrap().remove(0);
    let row = KeptRow { brief, note: "the book club".to_owned(), kept_at: since };
    assert_eq!(harness.another().await.list_kept(ana, Some(ben)).await.unwrap(), [row]);
    let mut both = [ben, eve];
    both.sort_unstable();
    assert_eq!(kept(&world, ana).await, both);
    assert_eq!((kept(&world, ben).await, kept(&world, eve).await), (vec![], vec![]), "it is one-sided");
    assert_eq!(world.store.list_kept(ana, Some(ana)).await.unwrap(), []);

    let gone = async || {
        let told = note(ana, "contact_list", &ben.to_string(), 0);
        world.store.let_go(ana, ben, told).await.unwrap()
    };
    for _ in 0..2 {
        assert_eq!(gone().await.len(), 1, "told whoever is on it: silence would tell who blocks from who is gone");
    }
    assert_eq!(kept(&world, ana).await, [eve]);
    assert_eq!(keep(&world, ana, world.user(), "").await, Kept::NoUser);
}

/// A block, whichever way, hides who is kept and lets nobody be kept; taken back, all is as it was.
pub async fn who_is_blocked_is_not_on_the_list(harness: &impl Harness) {
    let world = World::on(harness.store());
    let [ana, ben] = [world.person(&["en"], &[]).await, world.person(&["es"], &[]).await];
    keep(&world, ana, ben, "words").await;
    for (blocker, blocked) in [(ana, ben), (ben, ana)] {
        world.store.block(block(blocker, blocked), world.now()).await.unwrap();
        assert_eq!(kept(&world, ana).await, []);
        assert_eq!(world.store.list_kept(ana, Some(ben)).await.unwrap(), []);
        assert_eq!(keep(&world, ana, ben, "other words").await, Kept::NoUser);
        assert_eq!(keep(&world, ben, ana, "").await, Kept::NoUser);
        world.store.unblock(block(blocker, blocked), world.now()).await.unwrap();
        let rows = world.store.list_kept(ana, None).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.note.as_str()).collect::<Vec<_>>(), ["words"]);
    }
}

/// A list has an end; who is on it can be changed and let go even then.
pub async fn a_contact_list_is_bounded(harness: &impl Harness) {
    let world = World::on(harness.store());
    let ana = world.person(&["en"], &[]).await;
    let mut last = ana;
    for number in 0..MAX_KEPT {
        last = world.person(&["es"], &[]).await;
        assert!(matches!(keep(&world, ana, last, "").await, Kept::Done(_)), "{number}");
    }
    let more = world.person(&["es"], &[]).await;
    assert_eq!(keep(&world, ana, more, "").await, Kept::TooMany);
    assert!(matches!(keep(&world, ana, last, "the last one").await, Kept::Done(_)));
    assert_eq!(kept(&world, ana).await.len(), MAX_KEPT as usize);
    let told = note(ana, "contact_list", &last.to_string(), 0);
    world.store.let_go(ana, last, told).await.unwrap();
    assert!(matches!(keep(&world, ana, more, "").await, Kept::Done(_)));
    assert_eq!(keep(&world, ana, last, "").await, Kept::TooMany);
    world.store.block(block(more, ana), world.now()).await.unwrap();
    assert!(matches!(keep(&world, ana, last, "").await, Kept::Done(_)), "who blocks leaves the list as the deleted do");
    world.store.unblock(block(more, ana), world.now()).await.unwrap();
    assert_eq!(kept(&world, ana).await.len(), MAX_KEPT as usize + 1, "nobody falls off the list");
}
