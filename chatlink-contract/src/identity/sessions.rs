//! Sessions: how they live and end.

use super::stage::{PHC, Stage};
use crate::Harness;
use chatlink_core::{
    identity::{EndWhich, Grant, Leftover, NewSession, Rotation},
    protocol::{SessionId, UserId},
    settings::SessionLimits,
};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn log_in(stage: &Stage, user: UserId, grant: Grant) -> NewSession {
    let new = stage.session(user, grant);
    stage.win(user, PHC, new.clone()).await.unwrap();
    new
}

async fn alive(stage: &Stage, session: &NewSession) -> bool {
    stage.store.find_session(&session.token_hash, session.grant, stage.now()).await.unwrap().is_some()
}

/// Each use prolongs it, never beyond its absolute end; a clock that jumps back revives nothing.
pub async fn a_session_lives_until_it_idles_or_is_too_old(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    let (born, session) = (stage.now(), log_in(&stage, user, Grant::Cookie).await);
    let other_grant = stage.store.find_session(&session.token_hash, Grant::Token, stage.now()).await.unwrap();
    assert_eq!(other_grant, None);
    while stage.now() < born.plus(DAY * 340) {
        stage.wait(DAY * 29);
        assert!(alive(&stage, &session).await, "used {}", stage.now());
        stage.store.touch_session(session.session_id, &stage.sessions, stage.now()).await.unwrap();
    }
    let end = born.plus(stage.sessions.absolute);
    stage.set(end.minus(Duration::from_micros(1)));
    assert!(alive(&stage, &session).await);
    stage.set(end);
    assert!(!alive(&stage, &session).await);
    stage.store.touch_session(session.session_id, &stage.sessions, stage.now()).await.unwrap();
    assert!(!alive(&stage, &session).await);
    let idle = log_in(&stage, user, Grant::Cookie).await;
    stage.wait(stage.sessions.idle);
    assert!(!alive(&stage, &idle).await);
    stage.store.purge_identity(Leftover::Sessions, 100, stage.now()).await.unwrap();
    stage.set(born);
    assert!(!alive(&stage, &idle).await && !alive(&stage, &session).await);
    assert!(stage.store.list_sessions(user, stage.now()).await.unwrap().is_empty());
}

/// The next token holds the session; the old one ends it.
pub async fn a_refresh_token_is_good_once(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    let session = log_in(&stage, user, Grant::Token).await;
    let rotate = async |old: [u8; 32], next: [u8; 32]| {
        stage.store.rotate(session.session_id, &old, &next, &stage.sessions, stage.now()).await.unwrap()
    };
    let (first, second, third) = (session.token_hash, stage.hash(), stage.hash());
    stage.wait(DAY);
    assert!(matches!(rotate(first, second).await, Rotation::Rotated(row) if row.last_used_at == stage.now()));
    assert!(matches!(rotate(second, third).await, Rotation::Rotated(_)));
    assert_eq!(rotate(first, stage.hash()).await, Rotation::Reused);
    assert_eq!(rotate(third, stage.hash()).await, Rotation::Gone);
    let cookie = log_in(&stage, user, Grant::Cookie).await;
    let (id, hash, next) = (cookie.session_id, cookie.token_hash, stage.hash());
    let refused = stage.store.rotate(id, &hash, &next, &stage.sessions, stage.now()).await.unwrap();
    assert_eq!(refused, Rotation::Gone, "a cookie is no refresh token");
    assert!(alive(&stage, &cookie).await);
    let ended = stage.store.ended_since(0, 1_000).await.unwrap();
    assert!(ended.iter().any(|end| end.session_id == session.session_id));
}

/// One more than allowed: the one that was used least lately goes.
pub async fn the_least_used_session_makes_room(harness: &impl Harness) {
    let sessions = SessionLimits { max_sessions: 3, ..SessionLimits::default() };
    let stage = Stage { sessions, ..Stage::on(harness.store()) };
    let user = stage.person("ana").await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(log_in(&stage, user, Grant::Cookie).await);
        stage.wait(DAY);
    }
    stage.store.touch_session(held[0].session_id, &stage.sessions, stage.now()).await.unwrap();
    stage.wait(DAY);
    let started = stage.win(user, PHC, stage.session(user, Grant::Cookie)).await.unwrap();
    assert_eq!(started.ended, [held[1].session_id]);
    assert!(!alive(&stage, &held[1]).await && alive(&stage, &held[0]).await);
    let listed = stage.store.list_sessions(user, stage.now()).await.unwrap();
    let ids: Vec<SessionId> = listed.iter().map(|row| row.session_id).collect();
    assert_eq!(ids, [started.session.session_id, held[0].session_id, held[2].session_id], "the last used first");
}

/// An id is no right.
pub async fn nobody_ends_anothers_session(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (ana, ben) = (stage.person("ana").await, stage.person("ben").await);
    let session = log_in(&stage, ana, Grant::Cookie).await;
    let end = async |user, which| stage.store.end_sessions(user, which, None, stage.now()).await.unwrap();
    assert!(end(ben, EndWhich::One(session.session_id)).await.is_empty());
    assert!(end(ben, EndWhich::AllBut(None)).await.is_empty());
    assert!(alive(&stage, &session).await);
    assert_eq!(end(ana, EndWhich::One(session.session_id)).await, [session.session_id]);
    assert!(end(ana, EndWhich::One(session.session_id)).await.is_empty(), "it was over");
    assert!(!alive(&stage, &session).await);
}

/// Every end has a place, whatever ended the session, and every node reads the same list.
pub async fn ends_are_told_in_order(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let user = stage.person("ana").await;
    let before = stage.store.ended_since(0, 1_000).await.unwrap().last().map_or(0, |end| end.ended_seq);
    let mut expected = Vec::new();
    for _ in 0..3 {
        let session = log_in(&stage, user, Grant::Cookie).await.session_id;
        stage.wait(Duration::from_secs(1));
        stage.store.end_sessions(user, EndWhich::One(session), None, stage.now()).await.unwrap();
        expected.push((session, stage.now()));
    }
    let idle = log_in(&stage, user, Grant::Cookie).await.session_id;
    stage.wait(stage.sessions.idle);
    let another = harness.another().await;
    let listed = another.ended_since(before, 1_000).await.unwrap();
    assert_eq!(listed.iter().map(|end| (end.session_id, end.ended_at)).collect::<Vec<_>>(), expected);
    assert!(listed.is_sorted_by(|one, next| one.ended_seq < next.ended_seq));
    let page = another.ended_since(listed[0].ended_seq, 1).await.unwrap();
    assert_eq!(page, listed[1..2]);
    stage.store.purge_identity(Leftover::Sessions, 100, stage.now()).await.unwrap();
    let after = another.ended_since(listed[2].ended_seq, 1_000).await.unwrap();
    assert_eq!(after.iter().map(|end| end.session_id).collect::<Vec<_>>(), [idle], "idling out is an end, too");
}
