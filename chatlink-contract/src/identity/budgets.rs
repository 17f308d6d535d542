//! Budgets: counted by the store, over a sliding window.

use super::stage::{Stage, origin, prefix, started};
use crate::Harness;
use chatlink_core::{
    identity::{
        AttemptPurpose, CheckOutcome, LoginAdmission, LoginName, Mail, NewAttempt, ProofHash, ResendOutcome, RightCode,
        StartOutcome,
    },
    settings::CodeLimits,
};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// The eleventh start within a day answers as all do, and mails nothing; its code proves nothing.
pub async fn mails_of_a_contact_are_withheld_silently(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let first = stage.now();
    for _ in 0..10 {
        assert_eq!(stage.register("ana@example.org").await.1, Mail::Code);
        stage.wait(HOUR);
    }
    let (silent, mail) = stage.register("ANA@example.org").await;
    assert_eq!((mail, silent.live), (Mail::Withheld, false));
    assert!(stage.prove(&silent).await.is_none());
    assert_eq!(stage.register("ben@example.org").await.1, Mail::Code, "others have budgets of their own");
    stage.set(first.plus(HOUR * 24));
    assert_eq!(stage.register("ana@example.org").await.1, Mail::Code, "the first mail is a day old");
    assert_eq!(stage.register("ana@example.org").await.1, Mail::Withheld);
}

/// A resend looks the same for a known contact and an unknown one, whether its mail goes out or is
/// withheld; and the old code dies.
pub async fn a_resend_tells_nothing_of_the_contact(harness: &impl Harness) {
    let limits = CodeLimits { mails_a_day: 2, ..CodeLimits::default() };
    let stage = Stage { limits, ..Stage::on(harness.store()) };
    stage.person("ana").await;
    stage.wait(HOUR * 24);
    let (known, _) = stage.register("ana@example.org").await;
    let (unknown, _) = stage.register("ben@example.org").await;
    for (minutes, of_known, of_unknown) in [(1, Mail::Known, Mail::Code), (2, Mail::Withheld, Mail::Withheld)] {
        stage.wait(Duration::from_secs(60 * minutes));
        let mut seen = Vec::new();
        for (attempt, due) in [(&known, of_known), (&unknown, of_unknown)] {
            let (purpose, id) = (attempt.purpose, attempt.id);
            let resent =
                stage.store.resend(purpose, id, [minutes as u8; 32], &stage.limits, stage.now()).await.unwrap();
            let ResendOutcome::Sent(next, mail) = resent else { panic!("{resent:?}") };
            assert_eq!((mail, next.code_mac), (due, [minutes as u8; 32]));
            seen.push((next.resend_at(&stage.limits), next.code_expires_at));
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0].1, stage.now().plus(stage.limits.code_life));
    }
    for attempt in [&known, &unknown] {
        assert!(stage.prove(attempt).await.is_none(), "the code of the first mail is dead");
    }
}

/// Only the caller's own network is told, and when it may go on.
pub async fn a_network_starts_so_many_attempts(harness: &impl Harness) {
    let limits = CodeLimits { starts_an_hour: 3, ..CodeLimits::default() };
    let stage = Stage { limits, ..Stage::on(harness.store()) };
    let from = |network, number: u32| NewAttempt {
        prefix: prefix(network),
        ..stage.attempt(AttemptPurpose::Registration, &format!("p{number}@example.org"), None)
    };
    let first = stage.now();
    for number in 0..3 {
        started(stage.begin(from(7, number)).await);
        stage.wait(HOUR / 10);
    }
    let refused = from(7, 3);
    let id = refused.id;
    assert_eq!(stage.begin(refused).await, StartOutcome::Limited(first.plus(HOUR)));
    assert_eq!(stage.store.find_attempt(AttemptPurpose::Registration, id).await.unwrap(), None);
    started(stage.begin(from(8, 4)).await);
    stage.set(first.plus(HOUR));
    started(stage.begin(from(7, 5)).await);
}

/// Wrong codes are counted by network, right ones are not, and what is limited is not counted.
pub async fn a_network_fails_so_many_checks(harness: &impl Harness) {
    let limits = CodeLimits { failures_an_hour: 2, ..CodeLimits::default() };
    let stage = Stage { limits, ..Stage::on(harness.store()) };
    let first = stage.now();
    let (victim, _) = stage.register("ana@example.org").await;
    for number in 0..4 {
        let (attempt, _) = stage.register(&format!("p{number}@example.org")).await;
        assert!(stage.prove(&attempt).await.is_some(), "right codes cost nothing");
    }
    for _ in 0..2 {
        assert!(matches!(stage.check(&victim).await, CheckOutcome::Admitted(_)));
    }
    assert_eq!(stage.check(&victim).await, CheckOutcome::Limited(first.plus(HOUR)));
    assert!(matches!(stage.check_from(&victim, 2).await, CheckOutcome::Admitted(next) if next.checks == 3));
}

/// However many networks they come from, wrong codes of all together have an end.
pub async fn everybody_together_fails_so_many_checks(harness: &impl Harness) {
    let limits = CodeLimits { global_failures_an_hour: 4, ..CodeLimits::default() };
    let stage = Stage { limits, ..Stage::on(harness.store()) };
    let until = stage.now().plus(HOUR);
    for network in 0..4 {
        let (attempt, _) = stage.register(&format!("p{network}@example.org")).await;
        assert!(matches!(stage.check_from(&attempt, 100 + network).await, CheckOutcome::Admitted(_)));
    }
    let (attempt, _) = stage.register("ana@example.org").await;
    assert_eq!(stage.check_from(&attempt, 200).await, CheckOutcome::Limited(until));
    stage.set(until);
    let (attempt, _) = stage.register("ben@example.org").await;
    let CheckOutcome::Admitted(admitted) = stage.check_from(&attempt, 200).await else { panic!("not admitted") };
    let right = RightCode::compare(&stage.keys, &admitted, super::stage::CODE).unwrap();
    let proved = stage.store.prove(right, ProofHash([1; 32]), prefix(200), &stage.limits, stage.now()).await.unwrap();
    assert!(proved.is_some());
}

/// A network that fails to log in waits, whoever's login it tries.
pub async fn a_network_fails_so_many_logins(harness: &impl Harness) {
    let limits = CodeLimits { failures_an_hour: 3, ..CodeLimits::default() };
    let stage = Stage { limits, ..Stage::on(harness.store()) };
    let until = stage.now().plus(HOUR);
    let admit = async |name: &str, network| {
        let login = LoginName::Username(name.to_owned());
        let trace = Stage::trace(name);
        stage.store.admit_login(&login, trace, origin(network), &stage.limits, stage.now()).await.unwrap()
    };
    for name in ["one", "two", "three"] {
        assert_eq!(admit(name, 1).await, LoginAdmission::Admitted(None));
    }
    assert_eq!(admit("four", 1).await, LoginAdmission::Limited(until));
    assert_eq!(admit("four", 2).await, LoginAdmission::Admitted(None));
}
