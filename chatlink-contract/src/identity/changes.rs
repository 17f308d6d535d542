//! Changes of usernames and contacts.

use super::{
    accounts::{reset_of, won_reset},
    factors::{step, switch_on, with},
    stage::{CODE, PHC, Stage, origin, prefix, started, won},
};
use crate::Harness;
use chatlink_core::{
    contact::ContactKind,
    identity::{
        Attempt, AttemptPurpose, CheckOutcome, CompleteOutcome, ContactAdded, ContactRemoved, Leftover, LoginName,
        Mail, NewAttempt, Renamed, RightCode, Settled, WonLogin,
    },
    protocol::UserId,
};
use std::time::Duration;

const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);

async fn rename(stage: &Stage, login: WonLogin, username: &str) -> Settled<Renamed> {
    stage.store.rename(login, username.parse().unwrap(), MONTH, stage.now()).await.unwrap()
}

/// Asks for a code to a further contact.
async fn ask(stage: &Stage, user: UserId, contact: &str) -> (Attempt, Mail) {
    let new = stage.attempt(AttemptPurpose::Contact, contact, None);
    started(stage.begin(NewAttempt { asked_by: Some(user), ..new }).await)
}

/// The right code, after a check was counted for it.
async fn right(stage: &Stage, attempt: &Attempt) -> Option<RightCode> {
    let CheckOutcome::Admitted(admitted) = stage.check(attempt).await else { return None };
    RightCode::compare(&stage.keys, &admitted, CODE)
}

async fn add(stage: &Stage, right: RightCode) -> ContactAdded {
    stage.store.add_contact(right, origin(1), &stage.limits, stage.now()).await.unwrap()
}

async fn contacts(stage: &Stage, user: UserId) -> Vec<String> {
    let found = stage.store.find_contacts(user).await.unwrap();
    found.into_iter().map(|it| it.contact.as_str().to_owned()).collect()
}

/// Once in a while; the old name finds nobody, and is its owner's for as long.
pub async fn a_username_is_changed_once_in_a_while(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (ana, ben) = (stage.person("ana").await, stage.person("ben").await);
    assert_eq!(rename(&stage, won(ana, "$wrong"), "maria").await, Settled::Gone);
    assert_eq!(rename(&stage, won(ana, PHC), "ben").await, Settled::Done(Renamed::Taken));
    assert_eq!(rename(&stage, won(ana, PHC), "Ana.Maria").await, Settled::Done(Renamed::Renamed));
    let found = stage.find(&LoginName::Username("ana_maria".to_owned())).await.unwrap();
    assert_eq!((found.user_id, found.username.as_str()), (ana, "ana.maria"));
    assert_eq!(stage.find(&LoginName::Username("ana".to_owned())).await, None);
    assert_eq!(stage.store.list_briefs(&[ana]).await.unwrap()[0].username, "ana.maria");
    let until = stage.now().plus(MONTH);
    assert_eq!(rename(&stage, won(ana, PHC), "maria").await, Settled::Done(Renamed::TooSoon(until)));
    assert_eq!(rename(&stage, won(ben, PHC), "ana").await, Settled::Done(Renamed::Taken), "kept for her");
    let newcomer = stage.register("new@example.org").await.0;
    let proved = stage.prove(&newcomer).await.unwrap();
    assert_eq!(stage.complete(stage.account(proved, "ana")).await, CompleteOutcome::UsernameTaken);
    stage.set(until.minus(Duration::from_micros(1)));
    assert_eq!(rename(&stage, won(ana, PHC), "maria").await, Settled::Done(Renamed::TooSoon(until)));
    assert_eq!(rename(&stage, won(ben, PHC), "ana").await, Settled::Done(Renamed::Taken));
    stage.set(until);
    assert_eq!(rename(&stage, won(ana, PHC), "ana").await, Settled::Done(Renamed::Renamed), "back again");
    stage.wait(MONTH);
    assert_eq!(rename(&stage, won(ana, PHC), "maria").await, Settled::Done(Renamed::Renamed));
    stage.wait(MONTH);
    stage.store.purge_identity(Leftover::Usernames, 100, stage.now()).await.unwrap();
    assert_eq!(rename(&stage, won(ben, PHC), "ana").await, Settled::Done(Renamed::Renamed), "free at last");
}

/// A new contact takes the place of the old one of its kind; its code works once, for who asked.
pub async fn a_contact_is_proved_and_takes_the_place_of_its_kind(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let ana = stage.person("ana").await;
    let (attempt, mail) = ask(&stage, ana, "Ana@Work.example").await;
    assert_eq!((mail, attempt.live, attempt.asked_by, attempt.user_id), (Mail::Code, true, Some(ana), None));
    stage.wait(Duration::from_secs(1));
    let code = right(&stage, &attempt).await.unwrap();
    let ContactAdded::Added(before) = add(&stage, code.clone()).await else { panic!("not added") };
    assert_eq!(before.iter().map(|it| it.contact.as_str()).collect::<Vec<_>>(), ["ana@example.org"]);
    assert_eq!(contacts(&stage, ana).await, ["Ana@Work.example"]);
    assert_eq!(add(&stage, code).await, ContactAdded::Gone, "used");
    let (mobile, _) = ask(&stage, ana, "+34612345678").await;
    stage.wait(Duration::from_secs(1));
    let code = right(&stage, &mobile).await.unwrap();
    assert!(matches!(add(&stage, code).await, ContactAdded::Added(before) if before.len() == 1));
    assert_eq!(contacts(&stage, ana).await, ["Ana@Work.example", "+34612345678"]);
    let by = |kind, key: &str| LoginName::Contact(kind, key.to_owned());
    assert_eq!(stage.find(&by(ContactKind::Mobile, "+34612345678")).await.unwrap().user_id, ana);
    assert_eq!(stage.find(&by(ContactKind::Email, "ana@example.org")).await, None, "the old one is free");
    let (freed, mail) = stage.register("ana@example.org").await;
    assert_eq!((mail, freed.user_id), (Mail::Code, None));
}

/// What is somebody's is asked for like anything else, and never given away.
pub async fn a_contact_of_somebody_else_stays_theirs(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (ana, ben) = (stage.person("ana").await, stage.person("ben").await);
    let (known, mail) = ask(&stage, ana, "BEN@example.org").await;
    assert_eq!((mail, known.live, known.user_id, known.asked_by), (Mail::Known, false, Some(ben), Some(ana)));
    assert_eq!(known.contact.as_ref().map(|to| to.as_str()), Some("ben@example.org"), "told as he wrote it");
    assert_eq!(right(&stage, &known).await, None);
    // Two ask for one contact: the second to prove it gets nothing.
    let (first, _) = ask(&stage, ana, "both@example.org").await;
    let (second, _) = ask(&stage, ben, "both@example.org").await;
    let (one, two) = (right(&stage, &first).await.unwrap(), right(&stage, &second).await.unwrap());
    assert!(matches!(add(&stage, one).await, ContactAdded::Added(_)));
    assert_eq!(add(&stage, two).await, ContactAdded::Taken);
    assert_eq!(contacts(&stage, ben).await, ["ben@example.org"]);
    // A code of another purpose adds nothing.
    let (registration, _) = stage.register("free@example.org").await;
    let code = right(&stage, &registration).await.unwrap();
    assert_eq!(add(&stage, code).await, ContactAdded::Gone);
    // A code dies with a resend, and in time.
    let (late, _) = ask(&stage, ana, "late@example.org").await;
    let code = right(&stage, &late).await.unwrap();
    stage.set(late.code_expires_at);
    assert_eq!(add(&stage, code).await, ContactAdded::Gone);
    // A refused contact is not let in by the back door.
    let (child, _) = stage.register("child@example.org").await;
    let proved = stage.prove(&child).await.unwrap();
    let until = stage.now().plus(Duration::from_secs(24 * 3600));
    assert!(stage.store.refuse(proved, until, stage.now()).await.unwrap());
    let (withheld, mail) = ask(&stage, ana, "child@example.org").await;
    assert_eq!((mail, withheld.live), (Mail::Withheld, false));
}

/// Something always reaches the account.
pub async fn the_last_contact_stays(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let ana = stage.person("ana").await;
    let remove = async |login, kind| stage.store.remove_contact(login, kind, stage.now()).await.unwrap();
    assert_eq!(remove(won(ana, PHC), ContactKind::Mobile).await, Settled::Done(ContactRemoved::NotFound));
    assert_eq!(remove(won(ana, PHC), ContactKind::Email).await, Settled::Done(ContactRemoved::Last));
    let (mobile, _) = ask(&stage, ana, "+34612345678").await;
    let code = right(&stage, &mobile).await.unwrap();
    assert!(matches!(add(&stage, code).await, ContactAdded::Added(_)));
    switch_on(&stage, ana).await;
    assert_eq!(remove(won(ana, PHC), ContactKind::Email).await, Settled::FactorUsed);
    let removed = remove(with(ana, step(11)), ContactKind::Email).await;
    assert!(matches!(removed, Settled::Done(ContactRemoved::Removed(before)) if before.len() == 2));
    assert_eq!(contacts(&stage, ana).await, ["+34612345678"]);
}

/// A code in a mailbox that was left resets nothing any more.
pub async fn a_changed_contact_ends_resets_under_way(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (ana, ben) = (stage.person("ana").await, stage.person("ben").await);
    let (hers, his) = (reset_of(&stage, ana).await, reset_of(&stage, ben).await);
    let (attempt, _) = ask(&stage, ana, "new@example.org").await;
    let code = right(&stage, &attempt).await.unwrap();
    assert!(matches!(add(&stage, code).await, ContactAdded::Added(_)));
    assert_eq!(stage.store.reset_password(won_reset(hers, "$new"), stage.now()).await.unwrap(), Settled::Gone);
    let reset = stage.store.reset_password(won_reset(his, "$new"), stage.now()).await.unwrap();
    assert_eq!(reset, Settled::Done(Vec::new()), "somebody else's goes on");
}

/// A right code takes its failed check back, as a registration's does.
pub async fn a_right_code_of_a_contact_spends_no_budget(harness: &impl Harness) {
    let mut stage = Stage::on(harness.store());
    stage.limits.failures_an_hour = 1;
    let ana = stage.person("ana").await;
    for turn in 0..3 {
        let new = stage.attempt(AttemptPurpose::Contact, &format!("a{turn}@example.org"), None);
        let (attempt, _) = started(stage.begin(NewAttempt { asked_by: Some(ana), prefix: prefix(1), ..new }).await);
        let code = right(&stage, &attempt).await.unwrap();
        assert!(matches!(add(&stage, code).await, ContactAdded::Added(_)), "{turn}");
    }
}
