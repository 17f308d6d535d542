//! Registration and sessions.

use crate::world::{World, password_of, refused, with_token};
use chatlink_core::{ChatLink, clock::ManualClock};
use chatlink_grpc::v1;
use std::{sync::Arc, time::Duration};
use tonic::Code;

#[tokio::test]
async fn one_registers_with_a_code_and_logs_in() {
    let world = World::new().await;
    let ann = world.person("ann", "en", "es").await;
    let asked =
        v1::LogInRequest { login: "ann@example.org".to_owned(), password: password_of("ann"), second_factor: None };
    let again = world.sessions().log_in(asked).await.unwrap().into_inner();
    assert_eq!((again.user_id.as_str(), again.username.as_str()), (ann.id.as_str(), "ann"));
    let list = world.sessions().list_sessions(ann.asks(v1::ListSessionsRequest {})).await.unwrap().into_inner();
    assert_eq!(list.items.len(), 2);
    assert_eq!(list.items.iter().filter(|it| it.current).count(), 1);
    let other = again.session.unwrap();
    let ended = v1::RevokeSessionRequest { session_id: other.session_id };
    world.sessions().revoke_session(ann.asks(ended)).await.unwrap();
    let dead = world.sessions().list_sessions(with_token(v1::ListSessionsRequest {}, &other.access_token)).await;
    refused(dead, Code::Unauthenticated, "unauthenticated");
}

#[tokio::test]
async fn a_refresh_token_is_good_once() {
    let world = World::new().await;
    let ann = world.person("ann", "en", "es").await;
    let refresh = v1::RefreshSessionRequest { refresh_token: ann.session.refresh_token.clone() };
    let renewed = world.sessions().refresh_session(refresh.clone()).await.unwrap().into_inner();
    assert_ne!(renewed.refresh_token, ann.session.refresh_token);
    refused(world.sessions().refresh_session(refresh).await, Code::Unauthenticated, "unauthenticated");
}

#[tokio::test]
async fn the_fifth_wrong_code_ends_the_attempt() {
    let clock = Arc::new(ManualClock::at("2026-11-30T05:00:00Z".parse().unwrap()));
    let world = World::of(ChatLink::builder().clock(clock.clone())).await;
    let (registration_id, code) = world.start("ann").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let check = async |code: &str| {
        let (registration_id, code) = (registration_id.clone(), code.to_owned());
        world.registration().verify_registration(v1::VerifyRegistrationRequest { registration_id, code }).await
    };
    for left in [4, 3, 2] {
        assert_eq!(refused(check(wrong).await, Code::InvalidArgument, "code_wrong").tries_left, Some(left));
    }
    let early = refused(check(&code).await, Code::ResourceExhausted, "rate_limited");
    assert!(early.retry && early.retry_after.is_some_and(|seconds| (1..=60).contains(&seconds)), "{early:?}");
    clock.advance(Duration::from_secs(60));
    refused(check(wrong).await, Code::InvalidArgument, "code_wrong");
    clock.advance(Duration::from_secs(120));
    assert_eq!(refused(check(wrong).await, Code::InvalidArgument, "code_wrong").tries_left, Some(0));
    refused(check(&code).await, Code::NotFound, "attempt_gone");
}

#[tokio::test]
async fn all_invalid_fields_are_told_at_once() {
    let world = World::new().await;
    let (registration_id, code) = world.start("ann").await;
    let asked = v1::VerifyRegistrationRequest { registration_id: registration_id.clone(), code };
    let proof = world.registration().verify_registration(asked).await.unwrap().into_inner().proof;
    let empty = v1::CompleteRegistrationRequest { registration_id, proof, ..Default::default() };
    let told = refused(world.registration().complete_registration(empty).await, Code::InvalidArgument, "invalid");
    let fields: Vec<&str> = told.errors.iter().map(|it| it.field.as_str()).collect();
    for field in ["username", "password", "display_name", "birth_date", "country", "native_languages"] {
        assert!(fields.contains(&field), "{field}: {fields:?}");
    }
}

#[tokio::test]
async fn no_secret_is_printed() {
    let asked = v1::LogInRequest { password: "hunter2".to_owned(), ..Default::default() };
    let session = v1::Session { refresh_token: "hunter2".to_owned(), ..Default::default() };
    let login = v1::LoggedIn { session: Some(session), ..Default::default() };
    assert!(!format!("{asked:?} {login:?}").contains("hunter2"));
}
