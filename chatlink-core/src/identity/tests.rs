//! The use cases of identity on the in-memory store.

use super::{
    AuthError, Caller, CompleteError, Grant, Held, LoginError, LoginForm, LoginName, PasswordError, Principal,
    VerifyError, Via,
    testing::{Node, PASSWORD, form, owner, settings},
};
use crate::{
    clock::Clock as _,
    settings::{PasswordCost, SessionLimits, Settings},
};
use chatlink_protocol::{RegistrationId, ResetId};
use std::time::Duration;

pub(super) fn access_token(held: &Held) -> String {
    match held {
        Held::Tokens { access_token, .. } => access_token.clone(),
        Held::Cookie { .. } => panic!("held by a cookie"),
    }
}

fn refresh_token(held: &Held) -> String {
    match held {
        Held::Tokens { refresh_token, .. } => refresh_token.clone(),
        Held::Cookie { .. } => panic!("held by a cookie"),
    }
}

/// What a call costs that nobody may tell from another: store calls and hashes.
pub(super) async fn cost(node: &Node, call: impl AsyncFnOnce()) -> (u64, u64) {
    let before = (node.store.calls(), node.identity().hasher.runs());
    call().await;
    (node.store.calls() - before.0, node.identity().hasher.runs() - before.1)
}

#[tokio::test]
async fn known_and_unknown_cost_the_same() {
    let node = Node::start().await;
    node.register("ana", Grant::Token).await;
    // Background work calls the store, too.
    node.chat.shutdown().await;
    let caller = Caller::default();
    let start = async |contact: &str| {
        cost(&node, async || assert!(node.identity().start_registration(&caller, contact).await.is_ok())).await
    };
    assert_eq!(start("ana@example.org").await, start("ben@example.org").await);
    let known = node.identity().start_registration(&caller, "ana@example.org").await.unwrap().id;
    let unknown = node.identity().start_registration(&caller, "ben@example.org").await.unwrap().id;
    let verify = async |id| {
        let id = RegistrationId::from_uuid(id);
        let wrong =
            async || assert!(matches!(node.identity().verify(&caller, id, "no").await, Err(VerifyError::Wrong { .. })));
        cost(&node, wrong).await
    };
    assert_eq!(verify(known).await, verify(unknown).await);
    node.clock.advance(Duration::from_secs(60));
    let resend = async |id| {
        let id = RegistrationId::from_uuid(id);
        cost(&node, async || assert!(node.identity().resend(&caller, id).await.is_ok())).await
    };
    assert_eq!(resend(known).await, resend(unknown).await);
    let reset = async |login: &str| {
        cost(&node, async || assert!(node.identity().start_reset(&caller, login).await.is_ok())).await
    };
    for nobody in ["ben", "ben@example.org", "+34612345678", "not a login at all"] {
        assert_eq!(reset("ana").await, reset(nobody).await, "{nobody}");
    }
    let login = async |login: &str, password: &str| {
        cost(&node, async || assert!(matches!(node.login(login, password).await, Err(LoginError::Wrong)))).await
    };
    let known = login("ana", "wrong wrong wrong").await;
    assert_eq!(known.1, 1, "exactly one hash");
    let long = "x".repeat(5_000);
    for (name, password) in [("ben", "wrong wrong wrong"), ("", ""), ("ben@example.org", long.as_str())] {
        assert_eq!(login(name, password).await, known, "{name}");
    }
    assert_eq!(login("ana", &long).await, known);
}

#[tokio::test(start_paused = true)]
async fn an_ended_session_is_dead_on_every_node_within_a_second() {
    let node = Node::start().await;
    let other = node.another(&[7], settings()).await;
    let ana = node.register("ana", Grant::Token).await;
    let token = access_token(&ana.session.held);
    let me = other.identity().authenticate_bearer(&token).await.unwrap();
    assert_eq!((me.user_id, me.session_id, me.via), (ana.user_id, Some(ana.session.session_id), Via::Bearer));
    let (mut here, mut there) = (node.identity().ended(), other.identity().ended());
    node.identity().logout(&me).await.unwrap();
    assert_eq!(here.try_recv().unwrap(), ana.session.session_id, "told here before the call is answered");
    assert!(matches!(node.identity().authenticate_bearer(&token).await, Err(AuthError::Unauthenticated)));
    let told = tokio::time::timeout(Duration::from_secs(1), there.recv()).await.unwrap().unwrap();
    assert_eq!(told, ana.session.session_id);
    assert!(other.identity().is_ended(told));
    assert!(matches!(other.identity().authenticate_bearer(&token).await, Err(AuthError::Unauthenticated)));
    let restarted = node.another(&[7], settings()).await;
    assert!(matches!(restarted.identity().authenticate_bearer(&token).await, Err(AuthError::Unauthenticated)));
    node.identity().logout(&me).await.unwrap();
    assert!(here.try_recv().is_err(), "an end is told once");
}

#[tokio::test]
async fn a_second_use_of_a_refresh_token_ends_the_session_for_both() {
    let node = Node::start().await;
    let ana = node.register("ana", Grant::Token).await;
    let stolen = refresh_token(&ana.session.held);
    let thief = node.identity().refresh(&stolen).await.unwrap();
    assert!(matches!(node.identity().refresh(&stolen).await, Err(AuthError::Unauthenticated)));
    assert!(matches!(node.identity().refresh(&refresh_token(&thief.held)).await, Err(AuthError::Unauthenticated)));
    for held in [&ana.session.held, &thief.held] {
        let access = node.identity().authenticate_bearer(&access_token(held)).await;
        assert!(matches!(access, Err(AuthError::Unauthenticated)));
    }
}

#[tokio::test]
async fn a_forged_refresh_token_ends_nothing() {
    let node = Node::start().await;
    let ana = node.register("ana", Grant::Token).await;
    let good = refresh_token(&ana.session.held);
    let mut forged = good.clone().into_bytes();
    forged[40] = if forged[40] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    assert!(matches!(node.identity().refresh(&forged).await, Err(AuthError::Unauthenticated)));
    assert!(node.identity().refresh(&good).await.is_ok());
}

#[tokio::test]
async fn an_access_token_ends_by_the_highest_time_seen() {
    let node = Node::start().await;
    let ana = node.register("ana", Grant::Token).await;
    let token = access_token(&ana.session.held);
    let life = SessionLimits::default().access_life;
    node.clock.advance(life - Duration::from_secs(1));
    assert!(node.identity().authenticate_bearer(&token).await.is_ok());
    node.clock.advance(Duration::from_secs(1));
    assert!(node.identity().authenticate_bearer(&token).await.is_err());
    node.clock.set(node.clock.now().minus(life));
    assert!(node.identity().authenticate_bearer(&token).await.is_err(), "the clock jumped back");
}

#[tokio::test]
async fn a_secret_is_rotated_without_logging_anybody_out() {
    let node = Node::start().await;
    let ana = node.register("ana", Grant::Token).await;
    let ben = node.register("ben", Grant::Cookie).await;
    let Held::Cookie { token, csrf_token, .. } = &ben.session.held else { panic!("held by tokens") };
    let rotated = node.another(&[8, 7], settings()).await;
    assert!(rotated.identity().authenticate_bearer(&access_token(&ana.session.held)).await.is_ok());
    assert!(rotated.identity().refresh(&refresh_token(&ana.session.held)).await.is_ok());
    let me = rotated.identity().authenticate_cookie(token).await.unwrap();
    assert!(rotated.identity().check_csrf(&me, csrf_token));
    let other = Principal { session_id: Some(ana.session.session_id), ..me };
    assert!(!rotated.identity().check_csrf(&other, csrf_token), "a CSRF token is its session's");
    assert!(!rotated.identity().check_csrf(&me, ""));
}

#[tokio::test]
async fn a_login_makes_a_weak_hash_strong() {
    let node = Node::start().await;
    let ana = node.register("ana", Grant::Token).await;
    let strong = node.another(&[7], Settings { password_cost: PasswordCost::default(), ..settings() }).await;
    let phc = async || {
        use super::AccountStore as _;
        node.store.find_login(&LoginName::Account(ana.user_id)).await.unwrap().unwrap().phc.unwrap()
    };
    assert!(phc().await.contains("m=8,"));
    strong.login("ana", PASSWORD).await.unwrap();
    assert!(phc().await.contains("m=19456,t=2,p=1"), "{}", phc().await);
    strong.login("ANA@example.org", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn who_is_too_young_is_refused_and_the_contact_waits_a_day() {
    let node = Node::start().await;
    let (id, proof) = node.prove("kid@example.org").await;
    let caller = Caller::default();
    // Every field that is wrong is named, and the refusal stands all the same.
    let young = super::RegistrationForm {
        birth_date: "2020-01-01".to_owned(),
        country: "XX".to_owned(),
        ..form(proof.clone(), "kid")
    };
    let Err(CompleteError::Invalid(invalid)) = node.identity().complete(&caller, id, young).await else {
        panic!("not refused")
    };
    let codes: Vec<_> = invalid.0.iter().map(|error| (error.field.as_str(), error.code.as_str())).collect();
    assert_eq!(codes, [("country", "unknown_country"), ("birth_date", "too_young")]);
    let older = node.identity().complete(&caller, id, form(proof, "kid")).await;
    assert!(matches!(older, Err(CompleteError::Gone)));
    node.identity().start_registration(&caller, "Kid@example.org").await.unwrap();
    assert_eq!(node.mailbox.letters()[0].code, None);
    node.clock.advance(Duration::from_secs(24 * 3600));
    let (id, proof) = node.prove("kid@example.org").await;
    assert!(node.identity().complete(&caller, id, form(proof, "kid")).await.is_ok());
}

#[tokio::test]
async fn a_slip_in_the_time_zone_refuses_nobody_for_age() {
    let node = Node::start().await;
    let (id, proof) = node.prove("kid@example.org").await;
    let caller = Caller::default();
    let slip = super::RegistrationForm {
        birth_date: "2020-01-01".to_owned(),
        time_zone: Some("Europe/Nowhere".to_owned()),
        ..form(proof.clone(), "kid")
    };
    assert!(matches!(node.identity().complete(&caller, id, slip).await, Err(CompleteError::Invalid(_))));
    assert!(node.identity().complete(&caller, id, form(proof, "kid")).await.is_ok());
}

#[tokio::test]
async fn a_password_of_ones_own_words_is_refused_everywhere() {
    let node = Node::start().await;
    let caller = Caller::default();
    let (id, proof) = node.prove("zebra.lopez@example.org").await;
    let own = super::RegistrationForm { password: "zebra.lopez".to_owned(), ..form(proof.clone(), "zebra.lopez") };
    let Err(CompleteError::Invalid(invalid)) = node.identity().complete(&caller, id, own).await else {
        panic!("taken")
    };
    assert_eq!((invalid.0[0].field.as_str(), invalid.0[0].code.as_str()), ("password", "own_words"));
    let zebra = node.identity().complete(&caller, id, form(proof, "zebra.lopez")).await.unwrap();
    let me = node.identity().authenticate_bearer(&access_token(&zebra.session.held)).await.unwrap();
    let changed = node.identity().change_password(&caller, &me, &owner(), "zebra.lopez1").await;
    assert!(matches!(changed, Err(PasswordError::Invalid(_))), "{changed:?}");
    assert!(node.login("zebra.lopez", PASSWORD).await.is_ok(), "nothing changed");
}

#[tokio::test]
async fn a_password_of_the_products_name_is_refused_everywhere() {
    let settings = crate::Settings { product_name: "Kompassrose Sprachklub".to_owned(), ..settings() };
    let node = Node::start().await.another(&[7], settings).await;
    let caller = Caller::default();
    let (id, proof) = node.prove("ana@example.org").await;
    for password in ["kompassrose", "Sprachklub", "kompassrose1", "ChatLink12"] {
        let own = super::RegistrationForm { password: password.to_owned(), ..form(proof.clone(), "ana") };
        let Err(CompleteError::Invalid(invalid)) = node.identity().complete(&caller, id, own).await else {
            panic!("{password} was taken")
        };
        assert_eq!((invalid.0[0].field.as_str(), invalid.0[0].code.as_str()), ("password", "own_words"), "{password}");
    }
    let ana = node.identity().complete(&caller, id, form(proof, "ana")).await.unwrap();
    let me = node.identity().authenticate_bearer(&access_token(&ana.session.held)).await.unwrap();
    let changed = node.identity().change_password(&caller, &me, &owner(), "kompassrose").await;
    assert!(matches!(changed, Err(PasswordError::Invalid(_))), "{changed:?}");
}

#[tokio::test]
async fn an_operator_ends_all_sessions_of_a_person_and_of_nobody_else() {
    let node = Node::start().await;
    let (ana, ben) = (node.register("ana", Grant::Token).await, node.register("ben", Grant::Token).await);
    let cookie = LoginForm {
        login: "ana".to_owned(),
        password: PASSWORD.to_owned(),
        grant: Grant::Cookie,
        ..LoginForm::default()
    };
    let cookie = node.identity().login(&Caller::default(), cookie).await.unwrap();
    assert_eq!(node.identity().end_sessions_of(ana.user_id).await.unwrap(), 2);
    let by = async |held: &Held| node.identity().authenticate_bearer(&access_token(held)).await;
    assert!(by(&ana.session.held).await.is_err() && by(&ben.session.held).await.is_ok());
    let Held::Cookie { token, .. } = cookie.session.held else { panic!("a cookie was asked for") };
    assert!(node.identity().authenticate_cookie(&token).await.is_err());
    assert!(node.login("ana", PASSWORD).await.is_ok(), "the account is as it was");
}

#[tokio::test]
async fn a_reset_tells_the_owner_and_its_code_is_the_owners_alone() {
    let node = Node::start().await;
    let ana = node.register("ana", Grant::Token).await;
    let caller = Caller { language: super::MailLanguage::Spanish, ..Caller::default() };
    let started = node.identity().start_reset(&caller, "ana").await.unwrap();
    let letter = &node.mailbox.letters()[0];
    assert_eq!((letter.to.as_str(), letter.code.as_ref().map(String::len)), ("ana@example.org", Some(8)));
    assert!(letter.text.contains("contraseña"));
    // Somebody else guessed at every name of hers: the reset forgives that.
    for login in ["ana", "ana@example.org"] {
        for _ in 0..5 {
            assert!(matches!(node.login(login, "wrong wrong wrong").await, Err(LoginError::Wrong)));
        }
    }
    let id = ResetId::from_uuid(started.id);
    let verified = node.identity().verify_reset(&caller, id, letter.code.as_ref().unwrap()).await.unwrap();
    node.identity().complete_reset(&caller, id, &verified.proof, "another harbour 17 gulls", None).await.unwrap();
    assert!(node.mailbox.letters()[0].subject.contains("Se cambió"));
    assert!(node.identity().authenticate_bearer(&access_token(&ana.session.held)).await.is_err());
    let again = node.identity().complete_reset(&caller, id, &verified.proof, "yet another harbour 9", None).await;
    assert!(matches!(again, Err(PasswordError::Gone)));
    assert!(matches!(node.login("ana", PASSWORD).await, Err(LoginError::Wrong)));
    for login in ["Ana", "Ana@example.org"] {
        assert!(node.login(login, "another harbour 17 gulls").await.is_ok(), "{login}");
    }
}

#[tokio::test]
async fn guessing_passwords_gets_slower_whatever_the_login() {
    let node = Node::start().await;
    node.register("ana", Grant::Token).await;
    for login in ["ana", "nobody"] {
        for _ in 0..5 {
            assert!(matches!(node.login(login, "wrong wrong wrong").await, Err(LoginError::Wrong)));
        }
        let Err(LoginError::Limited(wait)) = node.login(login, PASSWORD).await else { panic!("{login} not paused") };
        assert_eq!(wait, Duration::from_secs(15));
    }
    assert!(node.login("Ana@example.org", PASSWORD).await.is_ok(), "her other name waits by itself");
    node.clock.advance(Duration::from_secs(15));
    assert!(node.login("ana", PASSWORD).await.is_ok());
}

/// The same 202, and as many store calls; only the number stays silent.
#[tokio::test]
async fn a_text_that_is_stopped_answers_like_one_that_goes() {
    let mut settings = settings();
    settings.codes.texts.countries = Some(["FR".parse().unwrap()].into());
    let node = Node::start().await.another(&[7], settings).await;
    // Background work calls the store, too.
    node.chat.shutdown().await;
    let caller = Caller::default();
    let start = async |contact: &str| node.identity().start_registration(&caller, contact).await.unwrap();
    let (goes, stopped) = (start("+33612345678").await, start("+34612345678").await);
    assert_eq!((goes.resend_at, goes.expires_at), (stopped.resend_at, stopped.expires_at));
    assert_ne!(goes.id, stopped.id);
    let letters = node.mailbox.letters();
    assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), ["+33612345678"]);
    let cost = async |contact: &str| cost(&node, async || assert!(start(contact).await.resend_at.is_some())).await;
    assert_eq!(cost("+33612345679").await, cost("+34612345679").await);
    let wrong = node.identity().verify(&caller, RegistrationId::from_uuid(stopped.id), "000000").await;
    assert!(matches!(wrong, Err(VerifyError::Wrong { tries_left: 4 })), "{wrong:?}");
}
