//! The security log: what happened to an account, written with what it is about.

use super::{
    accounts::{reset_of, won_reset},
    factors::{recovery, switch_on, with},
    stage::{PHC, Stage, origin, won},
};
use crate::Harness;
use chatlink_core::{
    identity::{
        EndWhich, Grant, Leftover, LoginName, NewSecurityEvent, SECURITY_KEPT, SECURITY_ROWS, SecurityEvent,
        SecurityKind,
    },
    protocol::UserId,
};
use std::time::Duration;

async fn log(stage: &Stage, user: UserId) -> Vec<SecurityEvent> {
    stage.store.list_security(user, None, 100).await.unwrap()
}

async fn kinds(stage: &Stage, user: UserId) -> Vec<SecurityKind> {
    log(stage, user).await.into_iter().rev().map(|event| event.kind).collect()
}

/// Each change writes its event in its own transaction; a refused one writes none.
pub async fn what_happens_to_an_account_is_in_its_log(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (user, other) = (stage.person("ana").await, stage.person("ben").await);
    stage.win(user, PHC, stage.session(user, Grant::Token)).await.unwrap();
    let event = || Some(NewSecurityEvent { kind: SecurityKind::SessionsRevoked, origin: origin(7) });
    let end = async |which| stage.store.end_sessions(user, which, event(), stage.now()).await.unwrap();
    assert_eq!(end(EndWhich::AllBut(None)).await.len(), 1);
    assert!(end(EndWhich::AllBut(None)).await.is_empty(), "nothing left, and nothing noted");
    switch_on(&stage, user).await;
    assert!(stage.win(user, PHC, stage.session(user, Grant::Token)).await.is_none());
    let session = stage.session(user, Grant::Token);
    stage.store.win_login(with(user, recovery(1)), session, &stage.sessions, stage.now()).await.unwrap();
    stage.store.renew_recovery(with(user, recovery(2)), Vec::new(), stage.now()).await.unwrap();
    let reset = chatlink_core::identity::WonReset {
        factor: Some(super::factors::step(11)),
        ..won_reset(reset_of(&stage, user).await, "$new")
    };
    stage.store.reset_password(reset, stage.now()).await.unwrap().done().unwrap();
    let login =
        |step| chatlink_core::identity::WonLogin { factor: Some(super::factors::step(step)), ..won(user, "$new") };
    stage.store.remove_factor(login(12), stage.now()).await.unwrap().done().unwrap();
    let changed = stage.store.change_password(won(user, "$new"), PHC.to_owned(), None, stage.now()).await.unwrap();
    changed.done().unwrap();
    use SecurityKind::{
        FactorOff, FactorOn, LoggedIn, PasswordChanged, PasswordReset, RecoveryRenewed, RecoveryUsed, SessionsRevoked,
    };
    assert_eq!(
        kinds(&stage, user).await,
        [
            LoggedIn,
            SessionsRevoked,
            FactorOn,
            RecoveryUsed,
            LoggedIn,
            RecoveryUsed,
            RecoveryRenewed,
            PasswordReset,
            FactorOff,
            PasswordChanged
        ]
    );
    let all = log(&stage, user).await;
    assert_eq!((all[8].origin.clone(), all[8].at), (origin(7), stage.now()));
    assert!(all.windows(2).all(|pair| pair[0].number == pair[1].number + 1));
    assert!(kinds(&stage, other).await.is_empty(), "somebody else's log");
}

/// A run of failures is one event, noted when it becomes one.
pub async fn a_run_of_failures_is_noted_once(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    switch_on(&stage, user).await;
    let name = LoginName::Username("ana".to_owned());
    let (trace, limits) = ([3; 32], &stage.limits);
    for turn in 0..9_u64 {
        stage.wait(Duration::from_secs(900));
        let _ = stage.store.admit_login(&name, trace, origin(turn), limits, stage.now()).await.unwrap();
        let _ = stage.store.admit_factor(user, [4; 32], origin(turn), limits, stage.now()).await.unwrap();
    }
    let failed: Vec<_> =
        log(&stage, user).await.into_iter().filter(|event| event.kind != SecurityKind::FactorOn).collect();
    let told: Vec<_> = failed.iter().map(|event| (event.kind, event.origin.clone())).collect();
    assert_eq!(told, [(SecurityKind::FactorsFailed, origin(5)), (SecurityKind::LoginsFailed, origin(5))]);
}

/// Pages go back in time; old events go, and the oldest of too many.
pub async fn a_security_log_is_paged_and_ends(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    let many = u64::from(SECURITY_ROWS) + 5;
    for turn in 0..many {
        let started = stage.win(user, PHC, stage.session(user, Grant::Token)).await.unwrap();
        let one = EndWhich::One(started.session.session_id);
        stage.store.end_sessions(user, one, None, stage.now()).await.unwrap();
        if turn == many - 2 {
            stage.wait(Duration::from_secs(60));
        }
    }
    let (mut before, mut seen) = (None, Vec::new());
    loop {
        let page = stage.store.list_security(user, before, 300).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.number);
        seen.extend(page.into_iter().map(|event| event.number));
    }
    assert_eq!(seen, (6..=many).rev().collect::<Vec<_>>());
    stage.wait(SECURITY_KEPT - Duration::from_secs(60));
    while stage.store.purge_identity(Leftover::SecurityEvents, 300, stage.now()).await.unwrap() > 0 {}
    let left: Vec<_> = log(&stage, user).await.into_iter().map(|event| event.number).collect();
    assert_eq!(left, [many], "of 90 days");
}
