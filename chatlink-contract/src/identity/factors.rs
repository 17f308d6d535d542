//! Second factors: asked for by every verb that stands on a password, a code or a proof; each use good
//! once.

use super::{
    accounts::{reset_of, won_reset},
    stage::{PHC, Stage, origin, won},
};
use crate::Harness;
use chatlink_core::{
    identity::{
        FactorAdmission, FactorState, Grant, LoginName, RecoveryHash, Settled, Shown, ShownFactor, WonLogin, WonReset,
    },
    protocol::UserId,
};
use std::time::Duration;

const SEED: &[u8] = b"a seed under seal";
const TRACE: [u8; 32] = [77; 32];

pub(crate) fn step(step: i64) -> ShownFactor {
    let what = Shown::Step { seed: SEED.to_vec(), step, renewed: None };
    ShownFactor { trace: TRACE, what }
}

pub(super) fn recovery(number: u8) -> ShownFactor {
    ShownFactor { trace: TRACE, what: Shown::Recovery(RecoveryHash([number; 32])) }
}

pub(crate) fn with(user: UserId, factor: ShownFactor) -> WonLogin {
    WonLogin { factor: Some(factor), ..won(user, PHC) }
}

/// Switches a second factor on by the code of step 10, with recovery codes 1 to 10.
pub(crate) async fn switch_on(stage: &Stage, user: UserId) {
    offer(stage, user, SEED).await;
    let codes = (1..=10).map(|number| RecoveryHash([number; 32])).collect();
    assert!(stage.store.confirm_factor(user, step(10), codes, origin(1), stage.now()).await.unwrap());
}

async fn offer(stage: &Stage, user: UserId, seed: &[u8]) {
    let until = stage.now().plus(Duration::from_secs(1800));
    let offered = stage.store.offer_factor(won(user, PHC), seed.to_vec(), until, stage.now()).await.unwrap();
    assert_eq!(offered, Settled::Done(()));
}

async fn log_in(stage: &Stage, login: WonLogin) -> Settled<()> {
    let session = stage.session(login.user_id, Grant::Token);
    match stage.store.win_login(login, session, &stage.sessions, stage.now()).await.unwrap() {
        Settled::Done(_) => Settled::Done(()),
        Settled::Gone => Settled::Gone,
        Settled::FactorUsed => Settled::FactorUsed,
    }
}

/// An offer is nothing until its own code comes in time; then it is asked for.
pub async fn a_second_factor_waits_for_its_first_code(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    offer(&stage, user, b"a first seed").await;
    offer(&stage, user, SEED).await;
    assert_eq!(stage.store.find_factor(user).await.unwrap(), None);
    assert!(!stage.find(&LoginName::Account(user)).await.unwrap().second_factor);
    assert_eq!(log_in(&stage, won(user, PHC)).await, Settled::Done(()));
    let confirm = async |shown: ShownFactor| {
        stage.store.confirm_factor(user, shown, vec![RecoveryHash([1; 32])], origin(1), stage.now()).await.unwrap()
    };
    let first = Shown::Step { seed: b"a first seed".to_vec(), step: 10, renewed: None };
    assert!(!confirm(ShownFactor { trace: TRACE, what: first }).await, "replaced");
    assert!(!confirm(recovery(1)).await, "a recovery code switches nothing on");
    stage.wait(Duration::from_secs(1800));
    assert!(!confirm(step(10)).await, "too late");
    offer(&stage, user, SEED).await;
    assert!(confirm(step(10)).await);
    assert!(!confirm(step(11)).await, "on already");
    let status = stage.store.find_factor(user).await.unwrap().unwrap();
    assert_eq!((status.since, status.recovery_codes_left), (stage.now(), 1));
    assert!(stage.find(&LoginName::Username("ana".to_owned())).await.unwrap().second_factor);
}

/// Nothing that stands on a right password goes on without it.
pub async fn nothing_passes_a_second_factor_by(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    switch_on(&stage, user).await;
    let (store, bare, now) = (&stage.store, || won(user, PHC), stage.now());
    assert_eq!(log_in(&stage, bare()).await, Settled::FactorUsed);
    assert_eq!(store.change_password(bare(), "$new".to_owned(), None, now).await.unwrap(), Settled::FactorUsed);
    assert_eq!(store.remove_factor(bare(), now).await.unwrap(), Settled::FactorUsed);
    assert_eq!(store.renew_recovery(bare(), Vec::new(), now).await.unwrap(), Settled::FactorUsed);
    assert_eq!(store.offer_factor(bare(), SEED.to_vec(), now, now).await.unwrap(), Settled::FactorUsed);
    let proved = reset_of(&stage, user).await;
    let reset = won_reset(proved, "$new");
    assert_eq!(store.reset_password(reset.clone(), now).await.unwrap(), Settled::FactorUsed);
    assert!(store.list_sessions(user, now).await.unwrap().is_empty());
    assert_eq!(stage.find(&LoginName::Account(user)).await.unwrap().phc.as_deref(), Some(PHC));
    // The proof stayed good, for who shows it with the factor.
    let shown = WonReset { factor: Some(step(11)), ..reset };
    assert_eq!(store.reset_password(shown.clone(), now).await.unwrap(), Settled::Done(Vec::new()));
    assert_eq!(store.reset_password(shown, now).await.unwrap(), Settled::Gone);
    assert!(store.find_factor(user).await.unwrap().is_some(), "a reset leaves it on");
}

/// Steps rise: no code is good twice, nor one from before, nor one of another seed.
pub async fn a_step_is_good_once_and_only_later_ones_after_it(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    switch_on(&stage, user).await;
    assert_eq!(log_in(&stage, with(user, step(10))).await, Settled::FactorUsed, "the code that switched it on");
    assert_eq!(log_in(&stage, with(user, step(12))).await, Settled::Done(()));
    for replayed in [12, 11, 10, -1] {
        assert_eq!(log_in(&stage, with(user, step(replayed))).await, Settled::FactorUsed, "{replayed}");
    }
    let sealed = |seed: &[u8], step, renewed: Option<&[u8]>| {
        let what = Shown::Step { seed: seed.to_vec(), step, renewed: renewed.map(<[u8]>::to_vec) };
        with(user, ShownFactor { trace: TRACE, what })
    };
    assert_eq!(log_in(&stage, sealed(b"another seed", 13, None)).await, Settled::FactorUsed);
    // Sealed again by a newer secret: kept so from then on.
    assert_eq!(log_in(&stage, sealed(SEED, 13, Some(b"a newer seal"))).await, Settled::Done(()));
    assert_eq!(log_in(&stage, sealed(SEED, 14, None)).await, Settled::FactorUsed);
    assert_eq!(log_in(&stage, sealed(b"a newer seal", 14, None)).await, Settled::Done(()));
    let other = stage.person("ben").await;
    assert_eq!(log_in(&stage, with(other, step(20))).await, Settled::FactorUsed, "who has none shows none");
}

/// Each recovery code is one person's and good once; new ones kill the old.
pub async fn a_recovery_code_is_good_once(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (user, other) = (stage.person("ana").await, stage.person("ben").await);
    switch_on(&stage, user).await;
    let left = async || stage.store.find_factor(user).await.unwrap().map(|status| status.recovery_codes_left);
    assert_eq!(left().await, Some(10));
    assert_eq!(log_in(&stage, with(other, recovery(1))).await, Settled::FactorUsed);
    assert_eq!(log_in(&stage, with(user, recovery(1))).await, Settled::Done(()));
    assert_eq!(log_in(&stage, with(user, recovery(1))).await, Settled::FactorUsed);
    assert_eq!(log_in(&stage, with(user, recovery(99))).await, Settled::FactorUsed);
    assert_eq!(left().await, Some(9));
    let fresh = vec![RecoveryHash([50; 32]), RecoveryHash([51; 32])];
    let renewed = stage.store.renew_recovery(with(user, step(11)), fresh, stage.now()).await.unwrap();
    assert_eq!((renewed, left().await), (Settled::Done(()), Some(2)));
    assert_eq!(log_in(&stage, with(user, recovery(2))).await, Settled::FactorUsed, "an old one");
    assert_eq!(log_in(&stage, with(user, recovery(50))).await, Settled::Done(()));
}

/// Off is off: with its recovery codes, and until it is switched on anew.
pub async fn a_second_factor_is_switched_off(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    switch_on(&stage, user).await;
    assert_eq!(stage.store.remove_factor(with(user, step(11)), stage.now()).await.unwrap(), Settled::Done(()));
    assert_eq!(stage.store.find_factor(user).await.unwrap(), None);
    assert_eq!(log_in(&stage, won(user, PHC)).await, Settled::Done(()));
    assert_eq!(log_in(&stage, with(user, recovery(1))).await, Settled::FactorUsed, "it went with the rest");
    assert_eq!(log_in(&stage, with(user, step(12))).await, Settled::FactorUsed);
    switch_on(&stage, user).await;
    assert_eq!(log_in(&stage, won(user, PHC)).await, Settled::FactorUsed);
}

/// Misses are counted when they are admitted; a use forgives them, and a wrong password uses nothing.
pub async fn wrong_second_factors_wait_longer_and_longer(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    switch_on(&stage, user).await;
    let admit = async || stage.store.admit_factor(user, TRACE, origin(1), &stage.limits, stage.now()).await.unwrap();
    for _ in 0..5 {
        let FactorAdmission::Admitted(Some(factor)) = admit().await else { panic!("not admitted") };
        assert_eq!((factor.seed.as_slice(), factor.state, factor.last_step), (SEED, FactorState::On, 10));
    }
    let mut before = Duration::ZERO;
    for _ in 0..4 {
        let FactorAdmission::Limited(until) = admit().await else { panic!("not paused") };
        assert!(until.since(stage.now()) > before);
        before = until.since(stage.now());
        stage.set(until.minus(Duration::from_micros(1)));
        assert_eq!(admit().await, FactorAdmission::Limited(until));
        stage.set(until);
        assert!(matches!(admit().await, FactorAdmission::Admitted(Some(_))));
    }
    let wrong = WonLogin { phc: "$another".to_owned(), ..with(user, step(11)) };
    assert_eq!(log_in(&stage, wrong).await, Settled::Gone);
    assert!(matches!(admit().await, FactorAdmission::Limited(_)));
    assert_eq!(log_in(&stage, with(user, step(11))).await, Settled::Done(()), "the step was not used");
    for _ in 0..5 {
        assert!(matches!(admit().await, FactorAdmission::Admitted(Some(_))), "forgiven");
    }
    let nobody = stage.store.admit_factor(stage.person("ben").await, [9; 32], origin(1), &stage.limits, stage.now());
    assert_eq!(nobody.await.unwrap(), FactorAdmission::Admitted(None));
}

/// A right password whose second factor is still to come has failed nothing, and won nothing.
pub async fn a_right_password_alone_fails_nothing(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    switch_on(&stage, user).await;
    let login = LoginName::Account(user);
    for _ in 0..20 {
        let admitted = stage.store.admit_login(&login, [1; 32], origin(1), &stage.limits, stage.now()).await.unwrap();
        assert!(matches!(admitted, chatlink_core::identity::LoginAdmission::Admitted(Some(_))), "{admitted:?}");
        stage.store.forgive_login(won(user, PHC), stage.now()).await.unwrap();
    }
    assert!(stage.store.list_sessions(user, stage.now()).await.unwrap().is_empty());
    for _ in 0..5 {
        let _ = stage.store.admit_login(&login, [1; 32], origin(1), &stage.limits, stage.now()).await.unwrap();
        stage.store.forgive_login(won(user, "$wrong"), stage.now()).await.unwrap();
    }
    let admitted = stage.store.admit_login(&login, [1; 32], origin(1), &stage.limits, stage.now()).await.unwrap();
    assert!(matches!(admitted, chatlink_core::identity::LoginAdmission::Limited(_)), "a wrong one is not forgiven");
}
