//! Many at once, on two handles.

use super::{
    accounts::host,
    factors::{recovery, step, switch_on, with},
    passkeys,
    stage::{PHC, Stage, origin},
};
use crate::Harness;
use chatlink_core::{
    identity::{CheckOutcome, CompleteOutcome, Grant, LoginAdmission, LoginName, PasskeyAdded, PasskeyWon, Rotation},
    settings::CodeLimits,
};
use std::{collections::HashSet, future::Future, sync::Arc, time::Duration};
use tokio::sync::Barrier;

const TASKS: usize = 32;
const ROUNDS: usize = 50;

/// Runs 32 tasks, all let go at once, every other one on the second handle.
async fn at_once<T, F>(stages: &[Arc<Stage>; 2], task: impl Fn(Arc<Stage>, usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(TASKS));
    let spawn = |at: usize| {
        let (work, barrier) = (task(stages[at % 2].clone(), at), barrier.clone());
        tokio::spawn(async move {
            barrier.wait().await;
            work.await
        })
    };
    let tasks: Vec<_> = (0..TASKS).map(spawn).collect();
    let mut answers = Vec::with_capacity(TASKS);
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

/// Two stages on two handles of one store; limits by network and of all are out of the way.
async fn stages(harness: &impl Harness, limits: CodeLimits) -> [Arc<Stage>; 2] {
    let limits =
        CodeLimits { starts_an_hour: 100_000, failures_an_hour: 100_000, global_failures_an_hour: 100_000, ..limits };
    let on = |store| Arc::new(Stage { limits: limits.clone(), ..Stage::on(store) });
    [on(harness.store()), on(harness.another().await)]
}

/// A ladder without waits, so that all checks come at once.
fn eager(checks: usize) -> CodeLimits {
    CodeLimits { check_ladder: vec![Duration::ZERO; checks], ..CodeLimits::default() }
}

/// However many give the right code at once, one gets a proof.
pub async fn right_codes_at_once_make_one_proof(harness: &impl Harness) {
    let stages = stages(harness, eager(TASKS)).await;
    for round in 0..ROUNDS {
        let (attempt, _) = stages[0].register(&format!("p{round}@example.org")).await;
        let proofs = at_once(&stages, |stage, _| {
            let attempt = attempt.clone();
            async move { stage.prove(&attempt).await }
        })
        .await;
        assert_eq!(proofs.iter().flatten().count(), 1, "round {round}");
    }
}

/// There is no sixth check, however parallel.
pub async fn checks_at_once_never_exceed_the_ladder(harness: &impl Harness) {
    let stages = stages(harness, eager(5)).await;
    for round in 0..ROUNDS {
        let (attempt, _) = stages[0].register(&format!("p{round}@example.org")).await;
        let outcomes = at_once(&stages, |stage, at| {
            let attempt = attempt.clone();
            async move { stage.check_from(&attempt, at as u64).await }
        })
        .await;
        let mut counts: Vec<u32> = outcomes
            .into_iter()
            .filter_map(|outcome| match outcome {
                CheckOutcome::Admitted(admitted) => Some(admitted.checks),
                _ => None,
            })
            .collect();
        counts.sort_unstable();
        assert_eq!(counts, [1, 2, 3, 4, 5], "round {round}");
    }
}

/// One proof, handed in many times at once under many names, makes one account.
pub async fn completions_at_once_make_one_account(harness: &impl Harness) {
    let stages = stages(harness, CodeLimits::default()).await;
    for round in 0..ROUNDS {
        let (attempt, _) = stages[0].register(&format!("p{round}@example.org")).await;
        let proved = stages[0].prove(&attempt).await.unwrap();
        let accounts: Vec<_> =
            (0..TASKS).map(|at| stages[0].account(proved.clone(), &format!("p{round}_{at}"))).collect();
        let outcomes = at_once(&stages, |stage, at| {
            let account = accounts[at].clone();
            async move { stage.complete(account).await }
        })
        .await;
        let made = outcomes.iter().filter(|outcome| matches!(outcome, CompleteOutcome::Completed(_))).count();
        let gone = outcomes.iter().filter(|outcome| **outcome == CompleteOutcome::Gone).count();
        assert_eq!((made, gone), (1, TASKS - 1), "round {round}");
    }
}

/// Many people who want one name at once: one has it, the others can take another.
pub async fn one_username_goes_to_one_person(harness: &impl Harness) {
    let stages = stages(harness, CodeLimits::default()).await;
    for round in 0..ROUNDS / 10 {
        let mut proofs = Vec::new();
        for at in 0..TASKS {
            let (attempt, _) = stages[0].register(&format!("p{round}_{at}@example.org")).await;
            proofs.push(stages[0].prove(&attempt).await.unwrap());
        }
        let accounts: Vec<_> =
            proofs.iter().map(|proof| stages[0].account(proof.clone(), &format!("star{round}x"))).collect();
        let outcomes = at_once(&stages, |stage, at| {
            let account = accounts[at].clone();
            async move { stage.complete(account).await }
        })
        .await;
        let made = outcomes.iter().filter(|outcome| matches!(outcome, CompleteOutcome::Completed(_))).count();
        let taken = outcomes.iter().position(|outcome| *outcome == CompleteOutcome::UsernameTaken).unwrap();
        assert_eq!(made, 1, "round {round}");
        let second = stages[1].account(proofs[taken].clone(), &format!("second{round}"));
        assert!(matches!(stages[1].complete(second).await, CompleteOutcome::Completed(_)));
    }
}

/// No failure slips by: of many at once the free ones are admitted, and no more.
pub async fn failures_at_once_are_all_counted(harness: &impl Harness) {
    let stages = stages(harness, CodeLimits::default()).await;
    for round in 0..ROUNDS {
        let name = format!("nobody{round}");
        let outcomes = at_once(&stages, |stage, _| {
            let (login, trace) = (LoginName::Username(name.clone()), Stage::trace(&name));
            async move { stage.store.admit_login(&login, trace, origin(1), &stage.limits, stage.now()).await.unwrap() }
        })
        .await;
        let admitted = outcomes.iter().filter(|outcome| matches!(outcome, LoginAdmission::Admitted(_))).count();
        assert_eq!(admitted, 5, "round {round}");
    }
}

/// A refresh token handed in many times at once: one rotates it, and the session ends.
pub async fn refreshes_at_once_rotate_once(harness: &impl Harness) {
    let stages = stages(harness, CodeLimits::default()).await;
    let user = stages[0].person("ana").await;
    for round in 0..ROUNDS {
        let session = stages[0].session(user, Grant::Token);
        stages[0].win(user, PHC, session.clone()).await.unwrap();
        let outcomes = at_once(&stages, |stage, _| {
            let (id, old, next) = (session.session_id, session.token_hash, stage.hash());
            async move { stage.store.rotate(id, &old, &next, &stage.sessions, stage.now()).await.unwrap() }
        })
        .await;
        let rotated = outcomes.iter().filter(|outcome| matches!(outcome, Rotation::Rotated(_))).count();
        let reused = outcomes.iter().filter(|outcome| **outcome == Rotation::Reused).count();
        assert_eq!((rotated, reused), (1, 1), "round {round}");
        assert!(stages[1].store.list_sessions(user, stages[1].now()).await.unwrap().is_empty());
    }
}

/// One code of an authenticator, or one recovery code, shown many times at once, logs in once.
pub async fn one_code_shown_at_once_logs_in_once(harness: &impl Harness) {
    let stages = stages(harness, CodeLimits::default()).await;
    let user = stages[0].person("ana").await;
    switch_on(&stages[0], user).await;
    for round in 0..ROUNDS {
        let shown = if round < 10 { recovery(round as u8 + 1) } else { step(round as i64 + 1) };
        let started = at_once(&stages, |stage, _| {
            let login = with(user, shown.clone());
            async move {
                let session = stage.session(user, Grant::Token);
                stage.store.win_login(login, session, &stage.sessions, stage.now()).await.unwrap().done()
            }
        })
        .await;
        assert_eq!(started.iter().flatten().count(), 1, "round {round}");
    }
}

/// A host's user who opens many connections at once has one account.
pub async fn a_host_users_first_calls_at_once_make_one_account(harness: &impl Harness) {
    let stages = stages(harness, CodeLimits::default()).await;
    for round in 0..ROUNDS {
        let users = at_once(&stages, |stage, _| {
            let account = host(&stage, &format!("h{round}"));
            async move { stage.store.host_account(account, stage.now()).await.unwrap().unwrap() }
        })
        .await;
        assert_eq!(users.into_iter().collect::<HashSet<_>>().len(), 1, "round {round}");
    }
}

/// One signature handed in many times at once logs in once, and one count is taken once.
pub async fn answers_at_once_log_in_once(harness: &impl Harness) {
    let stages = stages(harness, CodeLimits::default()).await;
    let user = stages[0].person("ana").await;
    let phone = passkeys::kept(&stages[0], user, "phone").await.passkey_id;
    for round in 0..ROUNDS / 10 {
        let one = passkeys::begin_login(&stages[0], 1).await;
        let won = at_once(&stages, |stage, _| async move { passkeys::answer(&stage, one, user, phone, 0).await }).await;
        let started = won.iter().filter(|won| matches!(won, PasskeyWon::Started(_))).count();
        assert_eq!(started, 1, "round {round}");
    }
    // A copy and the one that was copied: two ceremonies, one count.
    for round in 1..=ROUNDS as u32 / 10 {
        let won = at_once(&stages, |stage, at| async move {
            let own = passkeys::begin_login(&stage, at as u64).await;
            passkeys::answer(&stage, own, user, phone, round).await
        })
        .await;
        let started = won.iter().filter(|won| matches!(won, PasskeyWon::Started(_))).count();
        let rewound = won.iter().filter(|won| **won == PasskeyWon::Rewound).count();
        assert_eq!((started, rewound), (1, TASKS - 1), "round {round}");
    }
}

/// One ceremony, answered many times at once with many passkeys, keeps one.
pub async fn one_ceremony_answered_at_once_keeps_one_passkey(harness: &impl Harness) {
    let stages = stages(harness, CodeLimits::default()).await;
    let user = stages[0].person("ana").await;
    for round in 0..chatlink_core::identity::MAX_PASSKEYS + 2 {
        let one = passkeys::begin(&stages[0], user).await;
        let outcomes = at_once(&stages, |stage, at| async move {
            let new = passkeys::passkey(&stage, user, &format!("{round} {at}"));
            passkeys::add(&stage, one, new).await
        })
        .await;
        let added = outcomes.iter().filter(|outcome| matches!(outcome, PasskeyAdded::Added(_))).count();
        assert_eq!(added, usize::from(round < chatlink_core::identity::MAX_PASSKEYS), "round {round}");
    }
}
