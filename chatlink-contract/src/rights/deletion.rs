//! What a deletion does, and on whose word.

use super::Town;
use crate::{
    Harness,
    identity::{
        accounts::host,
        factors::{step, switch_on, with},
        passkeys,
        stage::{CODE, PHC, Stage, origin, prefix, started, won},
    },
    people::blocks::block,
    world::note,
};
use chatlink_core::{
    identity::{
        AttemptPurpose, CheckOutcome, ContactAdded, Grant, LoginName, NewAttempt, PasskeyAdded, RightCode, Settled,
        WonLogin,
    },
    people::{Keep, Kept, KeptNote, ProfileChange, SettingsChange, Theme, UserSettings},
    rights::{DEPARTED_KEPT, Deleted, Deletor},
};
use uuid::Uuid;

/// Login, contacts, password, second factor, sessions, profile, settings, logs, blocks: gone together.
pub async fn a_deletion_leaves_nothing_of_the_persons_own(harness: &impl Harness) {
    let town = Town::of(harness);
    let (stage, store) = (&town.stage, &town.stage.store);
    let (ana, ben) = (stage.person("ana").await, stage.person("ben").await);
    let first = stage.win(ana, PHC, stage.session(ana, Grant::Token)).await.unwrap().session;
    let held = stage.session(ana, Grant::Cookie);
    let token = held.token_hash;
    let second = stage.win(ana, PHC, held).await.unwrap().session;
    passkeys::kept(stage, ana, "phone").await;
    let waiting = passkeys::begin(stage, ana).await;
    switch_on(stage, ana).await;
    let about = ProfileChange { about: Some("I like trains.".to_owned()), ..ProfileChange::default() };
    store.update_profile(ana, about, stage.now()).await.unwrap().unwrap();
    let dark = SettingsChange { theme: Some(Theme::Dark), ..SettingsChange::default() };
    store.update_settings(ana, dark, note(ana, "settings", "", 1), stage.now()).await.unwrap();
    store.block(block(ana, ben), stage.now()).await.unwrap();
    let eve = stage.person("eve").await;
    for (owner, user_id) in [(ana, eve), (eve, ana), (eve, ben)] {
        let told = note(owner, "contact_list", &user_id.to_string(), 1);
        let keep = Keep { owner, user_id, note: "words".parse().unwrap(), told };
        assert!(matches!(store.keep(keep, stage.now()).await.unwrap(), Kept::Done(_)));
    }

    let deleted = town.delete(town.deletion(with(ana, step(11)), &["ana@example.org"])).await;
    let Settled::Done(Deleted::Deleted { mut sessions, rooms }) = deleted else { panic!("{deleted:?}") };
    sessions.sort_unstable();
    let mut both = vec![first.session_id, second.session_id];
    both.sort_unstable();
    assert_eq!((sessions, rooms), (both, vec![]));
    for login in ["ana", "ana@example.org"] {
        assert_eq!(stage.find(&LoginName::of(login)).await, None);
    }
    assert_eq!(stage.find(&LoginName::Account(ana)).await, None);
    assert_eq!(store.find_session(&token, Grant::Cookie, stage.now()).await.unwrap(), None);
    assert_eq!(store.list_sessions(ana, stage.now()).await.unwrap(), []);
    let ends = store.ended_since(0, 100).await.unwrap();
    assert!([first, second].iter().all(|one| ends.iter().any(|end| end.session_id == one.session_id)));
    assert_eq!(store.find_contacts(ana).await.unwrap(), []);
    assert_eq!(store.find_factor(ana).await.unwrap(), None);
    assert_eq!(store.list_passkeys(ana).await.unwrap(), []);
    assert_eq!(store.find_passkey(b"phone").await.unwrap(), None);
    let late = passkeys::add(stage, waiting, passkeys::passkey(stage, ana, "tablet")).await;
    assert_eq!(late, PasskeyAdded::Gone, "a ceremony that waited adds nothing");
    assert_eq!(store.list_security(ana, None, 10).await.unwrap(), []);
    assert_eq!(store.find_profile(ana).await.unwrap(), None);
    assert_eq!(store.list_briefs(&[ana, ben]).await.unwrap().len(), 1);
    assert_eq!(store.find_settings(ana).await.unwrap(), UserSettings::default());
    assert_eq!(store.list_blocks(ana, None, 10).await.unwrap(), []);
    assert_eq!(store.list_kept(ana, None).await.unwrap(), []);
    let left: Vec<_> = store.list_kept(eve, None).await.unwrap().into_iter().map(|row| row.brief.user_id).collect();
    assert_eq!(left, [ben], "nobody keeps who is gone");
    let told = note(eve, "contact_list", &ana.to_string(), 1);
    let keep = Keep { owner: eve, user_id: ana, note: KeptNote::default(), told };
    assert_eq!(store.keep(keep, stage.now()).await.unwrap(), Kept::NoUser);
    assert_eq!(store.user_log(ana, Default::default(), 10).await.unwrap(), (vec![], Default::default()));
    assert!(stage.find(&LoginName::of("ben")).await.is_some(), "nobody else is touched");
}

/// Without the password, or with a used second factor, nothing happens; the second time there is nobody.
pub async fn a_deletion_is_proved_and_done_once(harness: &impl Harness) {
    let town = Town::of(harness);
    let ana = town.stage.person("ana").await;
    let ask = async |login| town.delete(town.deletion(login, &["ana@example.org"])).await;
    assert_eq!(ask(won(ana, "$wrong")).await, Settled::Gone);
    switch_on(&town.stage, ana).await;
    assert_eq!(ask(won(ana, PHC)).await, Settled::FactorUsed, "not shown");
    assert_eq!(ask(with(ana, step(10))).await, Settled::FactorUsed, "used when it was switched on");
    assert!(town.stage.find(&LoginName::of("ana@example.org")).await.is_some());
    assert!(matches!(ask(with(ana, step(11))).await, Settled::Done(Deleted::Deleted { .. })));
    assert_eq!(ask(with(ana, step(12))).await, Settled::Gone);
    let external = Deletor::Host { external_id: "ana".to_owned(), trace: [5; 32] };
    let ben = town.stage.person("ben").await;
    let foreign = town.deletion_by(ben, external, &["ben@example.org"]);
    assert_eq!(town.delete(foreign).await, Settled::Gone, "no host's person");
    assert!(town.stage.find(&LoginName::of("ben")).await.is_some());
}

/// A contact that came meanwhile would be free at once: then nothing happens, and the proof stays good.
pub async fn a_deletion_knows_every_contact_or_does_nothing(harness: &impl Harness) {
    let town = Town::of(harness);
    let stage = &town.stage;
    let ana = stage.person("ana").await;
    switch_on(stage, ana).await;
    let mobile = stage.attempt(AttemptPurpose::Contact, "+34612345678", None);
    let (attempt, _) = started(stage.begin(NewAttempt { asked_by: Some(ana), ..mobile }).await);
    let CheckOutcome::Admitted(admitted) = stage.check(&attempt).await else { panic!("no check") };
    let right = RightCode::compare(&stage.keys, &admitted, CODE).unwrap();
    let added = stage.store.add_contact(right, origin(1), &stage.limits, stage.now()).await.unwrap();
    assert!(matches!(added, ContactAdded::Added(_)));
    let login = || with(ana, step(11));
    for contacts in [&["ana@example.org"][..], &[], &["ana@example.org", "+34612345678", "b@example.org"]] {
        assert_eq!(town.delete(town.deletion(login(), contacts)).await, Settled::Done(Deleted::Stale));
    }
    let both = town.deletion(login(), &["+34612345678", "ana@example.org"]);
    assert!(matches!(town.delete(both).await, Settled::Done(Deleted::Deleted { .. })));
    for contact in ["+34612345678", "ana@example.org"] {
        let new = NewAttempt { prefix: prefix(9), ..stage.attempt(AttemptPurpose::Registration, contact, None) };
        assert!(!started(stage.begin(new).await).0.live, "{contact} is kept");
    }
}

/// The job comes with the deletion, is there after a restart, and never without it.
pub async fn what_goes_on_after_a_deletion_is_a_job_that_stays<H: Harness>(harness: &H) {
    let town = Town::of(harness);
    let (ana, ben) = (town.stage.person("ana").await, town.stage.person("ben").await);
    let refused = WonLogin { phc: "$wrong".to_owned(), ..won(ben, PHC) };
    assert_eq!(town.delete(town.deletion(refused, &["ben@example.org"])).await, Settled::Gone);
    town.gone(ana, "ana").await;
    let store = harness.another().await;
    let now = town.stage.now();
    let lease = async || store.lease(&["test.departure"], Uuid::from_u128(7), now.plus(DEPARTED_KEPT), now).await;
    let job = lease().await.unwrap().expect("a job");
    assert_eq!((job.key, job.payload), (ana.to_string(), serde_json::json!({ "user_id": ana })));
    assert_eq!(lease().await.unwrap(), None, "one alone");
}

/// Found by the host's name while active; afterwards the name makes no account until it is free.
pub async fn a_host_deletes_its_person(harness: &impl Harness) {
    let town = Town::of(harness);
    let (stage, store) = (&town.stage, &town.stage.store);
    let call = async || store.host_account(host(stage, "h1"), stage.now()).await.unwrap();
    let guest = call().await.unwrap();
    assert_eq!(store.find_external("h1").await.unwrap(), Some(guest));
    assert_eq!(store.find_external("h2").await.unwrap(), None);
    let by = |name: &str| Deletor::Host { external_id: name.to_owned(), trace: Stage::trace(name) };
    assert_eq!(town.delete(town.deletion_by(guest, by("h2"), &[])).await, Settled::Gone);
    let deleted = town.delete(town.deletion_by(guest, by("h1"), &[])).await;
    assert!(matches!(deleted, Settled::Done(Deleted::Deleted { .. })), "{deleted:?}");
    assert_eq!(town.delete(town.deletion_by(guest, by("h1"), &[])).await, Settled::Gone);
    assert_eq!(store.find_external("h1").await.unwrap(), None);
    assert_eq!(store.list_external_ids(&[guest]).await.unwrap(), []);
    assert_eq!(call().await, None, "kept");
    stage.wait(DEPARTED_KEPT);
    let anew = call().await.expect("free again");
    assert_ne!(anew, guest);
    assert_eq!(store.list_briefs(&[guest]).await.unwrap(), []);
}
