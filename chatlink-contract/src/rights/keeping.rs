//! Contacts and names of a deleted account are nobody's for a month.

use super::Town;
use crate::{
    Harness,
    identity::{
        accounts::{reset_of, won_reset},
        stage::{PHC, started, won},
    },
};
use chatlink_core::{
    identity::{AttemptPurpose, CompleteOutcome, Leftover, Mail, NewAttempt, Settled},
    rights::DEPARTED_KEPT,
};
use std::time::Duration;

const MOMENT: Duration = Duration::from_secs(1);

/// A start answers as always; no code goes out and none is right, neither to register nor to add.
pub async fn a_deleted_accounts_contact_is_nobodys_for_a_month(harness: &impl Harness) {
    let town = Town::of(harness);
    let stage = &town.stage;
    let (ana, ben) = (stage.person("ana").await, stage.person("ben").await);
    town.gone(ana, "ana").await;
    let start = async || stage.register("Ana@example.org").await;
    let (attempt, mail) = start().await;
    assert_eq!((attempt.live, mail), (false, Mail::Withheld));
    assert!(stage.prove(&attempt).await.is_none(), "a guessed code proves nothing");
    let contact = stage.attempt(AttemptPurpose::Contact, "ana@example.org", None);
    let (attempt, mail) = started(stage.begin(NewAttempt { asked_by: Some(ben), ..contact }).await);
    assert_eq!((attempt.live, mail), (false, Mail::Withheld));
    stage.wait(DEPARTED_KEPT - MOMENT);
    assert_eq!(start().await.1, Mail::Withheld);
    stage.wait(MOMENT);
    let (attempt, mail) = start().await;
    assert_eq!((attempt.live, mail), (true, Mail::Code));
    let proved = stage.prove(&attempt).await.unwrap();
    let made = stage.complete(stage.account(proved, "ana")).await;
    assert!(matches!(made, CompleteOutcome::Completed(session) if session.user_id != ana));
}

/// Taken for everybody, its lookalikes too, until then.
pub async fn a_deleted_accounts_username_is_nobodys_for_a_month(harness: &impl Harness) {
    let town = Town::of(harness);
    let stage = &town.stage;
    let ana = stage.person("ana.10").await;
    town.gone(ana, "ana.10").await;
    let ben = stage.person("ben").await;
    let proof = async |contact: &str| stage.prove(&stage.register(contact).await.0).await.unwrap();
    let newcomer = proof("new@example.org").await;
    for lookalike in ["ana.10", "ana_lo"] {
        let taken = stage.complete(stage.account(newcomer.clone(), lookalike)).await;
        assert_eq!(taken, CompleteOutcome::UsernameTaken, "{lookalike}");
    }
    stage.wait(DEPARTED_KEPT);
    let made = stage.complete(stage.account(proof("later@example.org").await, "ana.10")).await;
    assert!(matches!(made, CompleteOutcome::Completed(_)), "{made:?}");
    assert!(stage.win(ben, PHC, stage.session(ben, chatlink_core::identity::Grant::Token)).await.is_some());
}

/// A reset that was proved sets no password; what else was open with the contact is over, too.
pub async fn attempts_under_way_end_with_the_account(harness: &impl Harness) {
    let town = Town::of(harness);
    let stage = &town.stage;
    let ana = stage.person("ana").await;
    let reset = reset_of(stage, ana).await;
    let (second, _) = stage.register("ana@example.org").await;
    let mobile = stage.attempt(AttemptPurpose::Contact, "+34612345678", None);
    let (asked, _) = started(stage.begin(NewAttempt { asked_by: Some(ana), ..mobile }).await);
    town.gone(ana, "ana").await;
    for (purpose, id) in [
        (AttemptPurpose::Reset, reset.attempt().id),
        (AttemptPurpose::Registration, second.id),
        (AttemptPurpose::Contact, asked.id),
    ] {
        assert_eq!(stage.store.find_attempt(purpose, id).await.unwrap(), None, "{purpose:?}");
    }
    let done = stage.store.reset_password(won_reset(reset, "$another"), stage.now()).await.unwrap();
    assert_eq!(done, Settled::Gone);
}

/// Not a moment before, in chunks; and never a contact that is kept.
pub async fn what_was_kept_is_forgotten_when_it_is_free(harness: &impl Harness) {
    let town = Town::of(harness);
    let stage = &town.stage;
    for username in ["ana", "ben"] {
        let user = stage.person(username).await;
        town.gone(user, username).await;
    }
    let purge = async |what, limit| stage.store.purge_identity(what, limit, stage.now()).await.unwrap();
    stage.wait(DEPARTED_KEPT - MOMENT);
    assert_eq!((purge(Leftover::Departures, 10).await, purge(Leftover::Usernames, 10).await), (0, 0));
    assert_eq!(stage.register("ana@example.org").await.1, Mail::Withheld);
    stage.wait(MOMENT);
    assert_eq!(purge(Leftover::Departures, 1).await, 1);
    assert_eq!(purge(Leftover::Departures, 10).await, 1);
    assert_eq!((purge(Leftover::Departures, 10).await, purge(Leftover::Usernames, 10).await), (0, 2));
    let gone = town.deletion(won(stage.person("carl").await, PHC), &["carl@example.org"]);
    assert!(gone.kept_until > stage.now());
}
