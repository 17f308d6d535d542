//! Promises of [`ServiceStore`](chatlink_core::services::ServiceStore).

use crate::{Harness, identity::Stage, rights::Town};
use chatlink_core::{
    Store,
    protocol::{ServiceTokenId, Timestamp, UserId},
    services::{ActsAs, MAX_TOKENS, NewServiceToken, Scope, Scopes, ServiceToken, TOKENS_KEPT, TokenKept, end_of},
};
use std::{sync::Arc, time::Duration};

/// The cases of this module.
#[macro_export]
macro_rules! service_cases {
    ($harness:path) => {
        $crate::cases!($harness, services: [
            a_service_token_is_found_by_its_hash_while_it_lives,
            a_service_token_is_revoked_once_and_its_end_is_told,
            living_service_tokens_share_no_name_and_are_few,
            a_service_token_acts_as_an_account_that_is_there,
            uses_of_a_service_token_are_written_down,
            ended_service_tokens_are_listed_for_a_while,
            service_tokens_made_at_once_share_no_name,
        ]);
    };
}

const HOUR: Duration = Duration::from_secs(3600);

fn token(stage: &Stage, name: &str, acts_as: ActsAs) -> NewServiceToken {
    let token = ServiceToken {
        token_id: ServiceTokenId::from_uuid(stage.id()),
        name: name.parse().unwrap(),
        scopes: Scopes::parse([Scope::RoomsRead.as_str(), Scope::TimelineWrite.as_str()]).unwrap(),
        acts_as,
        created_at: stage.now(),
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    };
    NewServiceToken { token, hash: stage.hash() }
}

async fn keep(stage: &Stage, new: &NewServiceToken) -> TokenKept {
    stage.store.keep_service_token(new.clone(), stage.now()).await.unwrap()
}

async fn kept(stage: &Stage, name: &str, acts_as: ActsAs) -> NewServiceToken {
    let new = token(stage, name, acts_as);
    assert_eq!(keep(stage, &new).await, TokenKept::Done);
    new
}

async fn found(store: &Arc<dyn Store>, hash: [u8; 32], now: Timestamp) -> Option<ServiceToken> {
    store.find_service_token(&hash, now).await.unwrap()
}

/// As it was kept, by every handle, and by no other hash; a clock that jumps back revives nothing.
pub async fn a_service_token_is_found_by_its_hash_while_it_lives(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let ana = stage.person("ana").await;
    let bot = kept(&stage, "bot", ActsAs::User(ana)).await;
    let mut host = token(&stage, "host", ActsAs::HostUsers);
    host.token.expires_at = Some(stage.now().plus(HOUR));
    assert_eq!(keep(&stage, &host).await, TokenKept::Done);
    let another = harness.another().await;
    for new in [&bot, &host] {
        assert_eq!(found(&another, new.hash, stage.now()).await.as_ref(), Some(&new.token));
    }
    assert_eq!(found(&another, stage.hash(), stage.now()).await, None);
    let end = stage.now().plus(HOUR);
    assert!(found(&another, host.hash, end.minus(Duration::from_micros(1))).await.is_some());
    assert_eq!(found(&another, host.hash, end).await, None);
    assert!(found(&another, bot.hash, end).await.is_some());
    stage.wait(HOUR);
    kept(&stage, "later", ActsAs::HostUsers).await;
    assert_eq!(found(&another, host.hash, end.minus(HOUR)).await, None, "the store has seen a later time");
}

/// Every node finds the end in the list that it follows.
pub async fn a_service_token_is_revoked_once_and_its_end_is_told(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let (bot, other) = (kept(&stage, "bot", ActsAs::HostUsers).await, kept(&stage, "other", ActsAs::HostUsers).await);
    let id = bot.token.token_id;
    let before = stage.store.ended_since(0, 1_000).await.unwrap().last().map_or(0, |end| end.ended_seq);
    stage.wait(HOUR);
    let end = async |id| stage.store.end_service_token(id, stage.now()).await.unwrap();
    assert!(end(id).await);
    let revoked_at = Some(stage.now());
    stage.wait(HOUR);
    assert!(!end(id).await && !end(ServiceTokenId::from_uuid(stage.id())).await);
    let another = harness.another().await;
    assert_eq!(found(&another, bot.hash, stage.now()).await, None);
    assert!(found(&another, other.hash, stage.now()).await.is_some());
    let ends = another.ended_since(before, 1_000).await.unwrap();
    assert_eq!(ends.iter().map(|end| end.session_id).collect::<Vec<_>>(), [end_of(id)], "told once");
    let listed = another.list_service_tokens().await.unwrap();
    assert_eq!(listed, [other.token, ServiceToken { revoked_at, ..bot.token }], "those that were revoked come last");
}

/// A name is free again when its token has ended, and so is a place.
pub async fn living_service_tokens_share_no_name_and_are_few(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let first = kept(&stage, "bot", ActsAs::HostUsers).await;
    assert_eq!(keep(&stage, &token(&stage, "bot", ActsAs::HostUsers)).await, TokenKept::NameTaken);
    stage.store.end_service_token(first.token.token_id, stage.now()).await.unwrap();
    let mut short = token(&stage, "bot", ActsAs::HostUsers);
    short.token.expires_at = Some(stage.now().plus(HOUR));
    assert_eq!(keep(&stage, &short).await, TokenKept::Done);
    for number in 1..MAX_TOKENS {
        kept(&stage, &format!("token {number}"), ActsAs::HostUsers).await;
    }
    let more = token(&stage, "one more", ActsAs::HostUsers);
    assert_eq!(keep(&stage, &more).await, TokenKept::TooMany);
    stage.wait(HOUR);
    assert_eq!(keep(&stage, &more).await, TokenKept::Done, "one has expired");
    assert_eq!(keep(&stage, &token(&stage, "another", ActsAs::HostUsers)).await, TokenKept::TooMany);
}

/// With the account the token goes, row and all; nobody else's does.
pub async fn a_service_token_acts_as_an_account_that_is_there(harness: &impl Harness) {
    let town = Town::of(harness);
    let stage = &town.stage;
    let (ana, ben) = (stage.person("ana").await, stage.person("ben").await);
    let (anas, bens) = (kept(stage, "ana", ActsAs::User(ana)).await, kept(stage, "ben", ActsAs::User(ben)).await);
    let host = kept(stage, "host", ActsAs::HostUsers).await;
    let stranger = UserId::from_uuid(stage.id());
    assert_eq!(keep(stage, &token(stage, "nobody", ActsAs::User(stranger))).await, TokenKept::NoUser);
    town.gone(ana, "ana").await;
    let now = stage.now();
    assert_eq!(found(&stage.store, anas.hash, now).await, None);
    assert!(found(&stage.store, bens.hash, now).await.is_some() && found(&stage.store, host.hash, now).await.is_some());
    let listed = stage.store.list_service_tokens().await.unwrap();
    assert!(listed.iter().all(|token| token.acts_as != ActsAs::User(ana)));
    assert_eq!(listed.len(), 2);
    assert_eq!(keep(stage, &token(stage, "ana again", ActsAs::User(ana))).await, TokenKept::NoUser);
}

/// The latest use stays, whatever comes late; a token that has ended is not used.
pub async fn uses_of_a_service_token_are_written_down(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let bot = kept(&stage, "bot", ActsAs::HostUsers).await;
    let id = bot.token.token_id;
    let used = async || stage.store.list_service_tokens().await.unwrap()[0].last_used_at;
    assert_eq!(used().await, None);
    stage.wait(HOUR);
    stage.store.touch_service_token(id, stage.now()).await.unwrap();
    let last = Some(stage.now());
    assert_eq!(used().await, last);
    stage.store.touch_service_token(id, stage.now().minus(HOUR)).await.unwrap();
    assert_eq!(used().await, last);
    assert_eq!(found(&stage.store, bot.hash, stage.now()).await.unwrap().last_used_at, last);
    stage.store.end_service_token(id, stage.now()).await.unwrap();
    stage.wait(HOUR);
    stage.store.touch_service_token(id, stage.now()).await.unwrap();
    assert_eq!(used().await, last);
}

/// What was revoked, and what expired, by the same time.
pub async fn ended_service_tokens_are_listed_for_a_while(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let revoked = kept(&stage, "revoked", ActsAs::HostUsers).await;
    stage.store.end_service_token(revoked.token.token_id, stage.now()).await.unwrap();
    let mut expired = token(&stage, "expired", ActsAs::HostUsers);
    expired.token.expires_at = Some(stage.now().plus(HOUR));
    assert_eq!(keep(&stage, &expired).await, TokenKept::Done);
    let names = async || {
        let listed = stage.store.list_service_tokens().await.unwrap();
        listed.iter().map(|token| token.name.as_str().to_owned()).collect::<Vec<_>>()
    };
    stage.wait(TOKENS_KEPT - Duration::from_micros(1));
    kept(&stage, "first", ActsAs::HostUsers).await;
    assert_eq!(names().await, ["first", "expired", "revoked"]);
    stage.wait(Duration::from_micros(1));
    kept(&stage, "second", ActsAs::HostUsers).await;
    assert_eq!(names().await, ["second", "first", "expired"]);
    stage.wait(HOUR);
    kept(&stage, "third", ActsAs::HostUsers).await;
    assert_eq!(names().await, ["third", "second", "first"]);
}

/// However many ask at once.
pub async fn service_tokens_made_at_once_share_no_name(harness: &impl Harness) {
    let stage = Stage::on(harness.store());
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, new, now) = (harness.another().await, token(&stage, "bot", ActsAs::HostUsers), stage.now());
        tries.spawn(async move { store.keep_service_token(new, now).await.unwrap() });
    }
    let ends = tries.join_all().await;
    assert_eq!(ends.iter().filter(|end| **end == TokenKept::Done).count(), 1, "{ends:?}");
    assert!(ends.iter().all(|end| matches!(end, TokenKept::Done | TokenKept::NameTaken)), "{ends:?}");
}
