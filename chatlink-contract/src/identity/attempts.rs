//! Attempts: codes, tries, resends, refusals.

use super::stage::{CODE, Stage, started};
use crate::Harness;
use chatlink_core::{
    contact::Contact,
    identity::{
        Attempt, AttemptPurpose, AttemptState, CheckOutcome, Leftover, LoginName, Mail, NewAttempt, ProofHash,
        ResendOutcome, RightCode,
    },
    protocol::UserId,
};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// What a caller sees of a start tells nothing of the contact; what is kept names the owner and his
/// address as he wrote it, and no code proves anything there.
pub async fn a_start_looks_the_same_for_a_known_contact(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    let (known, mail) = stage.register("ANA@example.org").await;
    let (unknown, code) = stage.register("ben@example.org").await;
    assert_eq!((mail, code), (Mail::Known, Mail::Code));
    assert_eq!((known.live, unknown.live), (false, true));
    assert_eq!((known.user_id, unknown.user_id), (Some(user), None));
    assert_eq!(known.contact.as_ref().map(Contact::as_str), Some("ana@example.org"));
    let seen = |attempt: &Attempt| (attempt.resend_at(&stage.limits), attempt.code_expires_at);
    assert_eq!(seen(&known), seen(&unknown));
    let found = stage.store.find_attempt(AttemptPurpose::Registration, known.id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&known));
    for attempt in [&known, &unknown] {
        assert!(matches!(stage.check(attempt).await, CheckOutcome::Admitted(_)));
    }
    assert!(stage.prove(&known).await.is_none(), "no code proves a known contact");
}

/// A right code makes one proof, and after that is over.
pub async fn a_right_code_proves_once(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (attempt, _) = stage.register("ana@example.org").await;
    let CheckOutcome::Admitted(admitted) = stage.check(&attempt).await else { panic!("not admitted") };
    let right = RightCode::compare(&stage.keys, &admitted, " 135-790 ").unwrap();
    assert!(RightCode::compare(&stage.keys, &admitted, "135791").is_none());
    let prove = async |proof| {
        let proof = ProofHash([proof; 32]);
        stage.store.prove(right.clone(), proof, super::stage::prefix(1), &stage.limits, stage.now()).await.unwrap()
    };
    assert_eq!(prove(1).await, Some(stage.now().plus(stage.limits.proof_life)));
    assert_eq!(prove(2).await, None);
    let found = stage.store.find_attempt(AttemptPurpose::Registration, attempt.id).await.unwrap().unwrap();
    assert!(matches!(found.state, AttemptState::Proved { proof: ProofHash(kept), .. } if kept == [1; 32]));
    assert_eq!(stage.check(&attempt).await, CheckOutcome::Gone);
}

/// Every check is counted, the later ones wait, and there is no sixth.
pub async fn checks_are_counted_and_paused(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (attempt, _) = stage.register("ana@example.org").await;
    let admitted = async |left: u8| match stage.check(&attempt).await {
        CheckOutcome::Admitted(attempt) => assert_eq!(attempt.tries_left(&stage.limits), left),
        other => panic!("{other:?}"),
    };
    for left in [4, 3, 2] {
        admitted(left).await;
    }
    for (wait, left) in [(60, 1), (120, 0)] {
        let until = stage.now().plus(Duration::from_secs(wait));
        assert_eq!(stage.check(&attempt).await, CheckOutcome::Early(until));
        stage.set(until.minus(Duration::from_micros(1)));
        assert_eq!(stage.check(&attempt).await, CheckOutcome::Early(until));
        stage.set(until);
        admitted(left).await;
    }
    stage.wait(MINUTE * 3);
    assert_eq!(stage.check(&attempt).await, CheckOutcome::Gone);
    let (purpose, mac) = (attempt.purpose, attempt.code_mac);
    let resent = stage.store.resend(purpose, attempt.id, mac, &stage.limits, stage.now()).await.unwrap();
    assert_eq!(resent, ResendOutcome::Gone, "a dead code is not sent again");
}

async fn resend(stage: &Stage, attempt: &Attempt, code: &str) -> ResendOutcome {
    let mac = stage.seal(attempt.purpose, attempt.contact.as_ref().unwrap(), attempt.id, code);
    stage.store.resend(attempt.purpose, attempt.id, mac, &stage.limits, stage.now()).await.unwrap()
}

/// After a resend the old code is wrong, even where its check was admitted before.
pub async fn a_resend_kills_the_old_code_and_keeps_the_count(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (attempt, _) = stage.register("ana@example.org").await;
    let CheckOutcome::Admitted(before) = stage.check(&attempt).await else { panic!("not admitted") };
    let old = RightCode::compare(&stage.keys, &before, CODE).unwrap();
    stage.wait(MINUTE);
    let ResendOutcome::Sent(resent, Mail::Code) = resend(&stage, &attempt, "246802").await else { panic!("not sent") };
    assert_eq!((resent.sends, resent.checks), (2, 1));
    assert_eq!(resent.code_expires_at, stage.now().plus(stage.limits.code_life));
    let late = stage.store.prove(old, ProofHash([1; 32]), super::stage::prefix(1), &stage.limits, stage.now()).await;
    assert_eq!(late.unwrap(), None);
    let CheckOutcome::Admitted(after) = stage.check(&attempt).await else { panic!("not admitted") };
    assert_eq!(after.tries_left(&stage.limits), 3);
    assert!(RightCode::compare(&stage.keys, &after, CODE).is_none());
    assert!(RightCode::compare(&stage.keys, &after, "246802").is_some());
}

/// 1, 2, 5, 10 minutes after the mail before, and then never.
pub async fn resends_come_later_and_later_and_end(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (mut attempt, _) = stage.register("ana@example.org").await;
    for minutes in [1, 2, 5, 10] {
        let at = stage.now().plus(MINUTE * minutes);
        assert_eq!(attempt.resend_at(&stage.limits), Some(at));
        stage.set(at.minus(Duration::from_micros(1)));
        assert_eq!(resend(&stage, &attempt, CODE).await, ResendOutcome::Early(at));
        stage.set(at);
        let ResendOutcome::Sent(next, Mail::Code) = resend(&stage, &attempt, CODE).await else { panic!("not sent") };
        attempt = next;
    }
    assert_eq!(attempt.resend_at(&stage.limits), None);
    assert_eq!(resend(&stage, &attempt, CODE).await, ResendOutcome::Early(attempt.ends_at));
    stage.set(attempt.ends_at);
    assert_eq!(resend(&stage, &attempt, CODE).await, ResendOutcome::Gone);
}

/// A clock that jumps back revives no code, no proof and no wait.
pub async fn a_code_expires_and_stays_so_when_the_clock_jumps_back(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let before = stage.now();
    let (attempt, _) = stage.register("ana@example.org").await;
    stage.set(attempt.code_expires_at);
    assert_eq!(stage.check(&attempt).await, CheckOutcome::Gone);
    stage.set(before);
    assert_eq!(stage.check(&attempt).await, CheckOutcome::Gone);
    let (later, _) = stage.register("ben@example.org").await;
    assert_eq!(later.sent_at, attempt.code_expires_at, "the store's time does not go back");
    assert_eq!(harness.another().await.last_seen().await.unwrap(), attempt.code_expires_at);
}

/// An id of one purpose names nothing for the other.
pub async fn purposes_do_not_mix(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (attempt, _) = stage.register("ana@example.org").await;
    let as_reset = Attempt { purpose: AttemptPurpose::Reset, ..attempt.clone() };
    assert_eq!(stage.store.find_attempt(AttemptPurpose::Reset, attempt.id).await.unwrap(), None);
    assert_eq!(stage.check(&as_reset).await, CheckOutcome::Gone);
    stage.wait(MINUTE);
    assert_eq!(resend(&stage, &as_reset, CODE).await, ResendOutcome::Gone);
    assert!(matches!(stage.check(&attempt).await, CheckOutcome::Admitted(next) if next.checks == 1));
}

/// A refused contact gets no code for its time, also by attempts that were open; then it may again.
pub async fn a_refusal_ends_all_registrations_of_the_contact(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (first, _) = stage.register("kid@example.org").await;
    let (second, _) = stage.register("kid@example.org").await;
    let (other, _) = stage.register("ana@example.org").await;
    let proved = stage.prove(&first).await.unwrap();
    let rival = stage.prove(&second).await.unwrap();
    let until = stage.now().plus(MINUTE * 60);
    assert!(stage.store.refuse(proved.clone(), until, stage.now()).await.unwrap());
    assert!(!stage.store.refuse(proved.clone(), until, stage.now()).await.unwrap());
    for (proved, name) in [(proved, "kid_one"), (rival, "kid_two")] {
        let outcome = stage.complete(stage.account(proved, name)).await;
        assert_eq!(outcome, chatlink_core::identity::CompleteOutcome::Gone);
    }
    for id in [first.id, second.id] {
        let kept = stage.store.find_attempt(AttemptPurpose::Registration, id).await.unwrap().unwrap();
        assert_eq!((kept.state, kept.contact), (AttemptState::Refused, None), "the contact is forgotten");
    }
    assert!(stage.prove(&other).await.is_some());
    let (again, mail) = stage.register("kid@example.org").await;
    assert_eq!((mail, again.live), (Mail::Refused, false));
    stage.set(until);
    assert_eq!(stage.register("kid@example.org").await.1, Mail::Code);
    let key = LoginName::Username("kid_one".to_owned());
    assert_eq!(stage.find(&key).await, None);
}

/// Purging takes what no answer needs, in chunks, and leaves the rest.
pub async fn what_is_over_is_forgotten_and_nothing_else(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    for number in 0..5 {
        stage.register(&format!("old{number}@example.org")).await;
    }
    let user = stage.person("ana").await;
    stage.wait(Duration::from_secs(25 * 3600));
    let (fresh, _) = stage.register("new@example.org").await;
    let mut gone = Vec::new();
    for what in Leftover::ALL {
        gone.push(0);
        loop {
            let count = stage.store.purge_identity(what, 2, stage.now()).await.unwrap();
            assert!(count <= 2, "{count} of {what:?} in one chunk");
            *gone.last_mut().unwrap() += count;
            if count < 2 {
                break;
            }
        }
        assert_eq!(stage.store.purge_identity(what, 2, stage.now()).await.unwrap(), 0, "{what:?}");
    }
    assert_eq!(gone[..2], [6, 12], "attempts; of each the start and the mail");
    assert_eq!(stage.store.find_attempt(AttemptPurpose::Registration, fresh.id).await.unwrap(), Some(fresh.clone()));
    assert!(stage.prove(&fresh).await.is_some());
    assert!(stage.find(&LoginName::Account(user)).await.is_some());
    let nobody = NewAttempt {
        contact: None,
        user_id: None,
        ..stage.attempt(AttemptPurpose::Reset, "x@example.org", Some(UserId::from_uuid(stage.id())))
    };
    assert_eq!(started(stage.begin(nobody).await).1, Mail::Withheld, "a reset of nobody's login is kept like any");
}
