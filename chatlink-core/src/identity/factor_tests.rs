//! The second factor, through the use cases on the in-memory store.

use super::{
    Caller, FactorChangeError, FactorError, Grant, LoggedIn, LoginError, LoginForm, PasswordError, Principal, Reauth,
    ReauthError, SecurityKind,
    testing::{Node, PASSWORD, owner, settings},
    tests::{access_token, cost},
};
use crate::clock::Clock as _;
use chatlink_protocol::ResetId;
use data_encoding::BASE32_NOPAD;
use std::time::Duration;
use totp_rs::Builder;

const STEP: Duration = Duration::from_secs(30);
const NEW: &str = "another harbour 17 gulls";

/// Ana with her second factor on.
struct Guarded {
    node: Node,
    me: Principal,
    secret: String,
    recovery: Vec<String>,
}

impl Guarded {
    async fn start() -> Self {
        let node = Node::start().await;
        let ana = node.register("ana", Grant::Token).await;
        let me = node.identity().authenticate_bearer(&access_token(&ana.session.held)).await.unwrap();
        let offer = node.identity().offer_second_factor(&caller(), &me, PASSWORD).await.unwrap();
        let code = code_of(&node, &offer.secret);
        let recovery = node.identity().confirm_second_factor(&caller(), &me, &code).await.unwrap();
        Self { node, me, secret: offer.secret, recovery }
    }

    /// The code that the app shows now.
    fn code(&self) -> String {
        code_of(&self.node, &self.secret)
    }

    /// A code that was not used: of the next step.
    fn fresh(&self) -> String {
        self.node.clock.advance(STEP);
        self.code()
    }

    async fn login(&self, second_factor: Option<&str>) -> Result<LoggedIn, LoginError> {
        let second_factor = second_factor.map(str::to_owned);
        let form =
            LoginForm { login: "ana".to_owned(), password: PASSWORD.to_owned(), second_factor, grant: Grant::Token };
        self.node.identity().login(&caller(), form).await
    }

    fn shows(&self, second_factor: &str) -> Reauth {
        Reauth { second_factor: Some(second_factor.to_owned()), ..owner() }
    }
}

fn caller() -> Caller {
    Caller::default()
}

pub(super) fn code_of(node: &Node, secret: &str) -> String {
    let seed = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let totp = Builder::new().with_secret(seed).build().unwrap();
    totp.generate(node.clock.now().as_secs().unsigned_abs()).to_string()
}

fn required<T>(answer: &Result<T, LoginError>) -> bool {
    matches!(answer, Err(LoginError::Factor(FactorError::Required)))
}

fn wrong<T>(answer: &Result<T, LoginError>) -> bool {
    matches!(answer, Err(LoginError::Factor(FactorError::Wrong)))
}

#[tokio::test]
async fn a_login_asks_for_the_second_factor_after_the_password() {
    let ana = Guarded::start().await;
    assert!(matches!(ana.node.login("ana", "wrong wrong wrong").await, Err(LoginError::Wrong)));
    let sessions = ana.node.identity().list_sessions(&ana.me).await.unwrap().len();
    for nothing in [None, Some(""), Some(" ")] {
        assert!(required(&ana.login(nothing).await), "{nothing:?}");
    }
    assert_eq!(ana.node.identity().list_sessions(&ana.me).await.unwrap().len(), sessions, "no session was made");
    assert!(wrong(&ana.login(Some(&ana.code())).await), "the code that switched it on");
    let fresh = ana.fresh();
    assert!(ana.login(Some(&fresh)).await.is_ok());
    assert!(wrong(&ana.login(Some(&fresh)).await), "a replay");
    ana.node.clock.advance(STEP);
    assert!(wrong(&ana.login(Some(&fresh)).await), "a replay a step later");
    assert!(ana.login(Some(&ana.code())).await.is_ok());
    for nonsense in ["000", "abc", "ABCD-EFGH-IJKL-MNOP", &"9".repeat(5_000)] {
        ana.node.clock.advance(Duration::from_secs(900));
        assert!(wrong(&ana.login(Some(nonsense)).await), "{nonsense}");
    }
}

#[tokio::test]
async fn a_recovery_code_stands_once_for_the_app() {
    let ana = Guarded::start().await;
    let typed = ana.recovery[0].to_lowercase().replace('-', " ");
    assert!(ana.login(Some(&typed)).await.is_ok());
    assert!(wrong(&ana.login(Some(&ana.recovery[0])).await));
    let left = async || ana.node.identity().second_factor(ana.me.user_id).await.unwrap().unwrap().recovery_codes_left;
    assert_eq!(left().await, 9);
    let renewed = ana.node.identity().renew_recovery_codes(&caller(), &ana.me, &ana.shows(&ana.recovery[1])).await;
    assert_eq!((renewed.unwrap().len(), left().await), (10, 10));
    assert!(wrong(&ana.login(Some(&ana.recovery[2])).await), "the old ones are dead");
    assert!(ana.node.mailbox.letters()[0].subject.contains("recovery codes"));
}

#[tokio::test]
async fn a_reset_does_not_pass_the_second_factor_by() {
    let ana = Guarded::start().await;
    let started = ana.node.identity().start_reset(&caller(), "ana").await.unwrap();
    let id = ResetId::from_uuid(started.id);
    let code = ana.node.mailbox.code_for("ana@example.org").unwrap();
    let proof = ana.node.identity().verify_reset(&caller(), id, &code).await.unwrap().proof;
    let complete = async |second_factor: Option<&str>| {
        ana.node.identity().complete_reset(&caller(), id, &proof, NEW, second_factor).await
    };
    assert!(matches!(complete(None).await, Err(PasswordError::Factor(FactorError::Required))));
    assert!(matches!(complete(Some(&code)).await, Err(PasswordError::Factor(FactorError::Wrong))), "the mailed code");
    assert!(matches!(complete(Some(&ana.code())).await, Err(PasswordError::Factor(FactorError::Wrong))), "used");
    assert!(ana.login(Some(&ana.fresh())).await.is_ok(), "the password stays");
    complete(Some(&ana.fresh())).await.unwrap();
    assert!(required(&ana.node.login("ana", NEW).await), "and it stays on");
}

#[tokio::test]
async fn changes_ask_for_the_second_factor_too() {
    let ana = Guarded::start().await;
    let identity = ana.node.identity();
    let change = async |proof: &Reauth| identity.change_password(&caller(), &ana.me, proof, NEW).await;
    let required = |answer| matches!(answer, Err(PasswordError::Reauth(ReauthError::Factor(FactorError::Required))));
    assert!(required(change(&owner()).await));
    let wrong = Reauth { password: "wrong wrong wrong".to_owned(), ..ana.shows(&ana.recovery[0]) };
    assert!(matches!(change(&wrong).await, Err(PasswordError::Reauth(ReauthError::Wrong))));
    let off = identity.remove_second_factor(&caller(), &ana.me, &owner()).await;
    assert!(matches!(off, Err(FactorChangeError::Reauth(ReauthError::Factor(FactorError::Required)))));
    let again = identity.offer_second_factor(&caller(), &ana.me, PASSWORD).await;
    assert!(matches!(again, Err(FactorChangeError::AlreadyOn)));
    let fresh = ana.fresh();
    identity.remove_second_factor(&caller(), &ana.me, &ana.shows(&fresh)).await.unwrap();
    assert!(ana.node.mailbox.letters()[0].subject.contains("switched off"));
    assert!(ana.login(None).await.is_ok());
    assert!(change(&ana.shows("no one asks for it")).await.is_ok());
}

#[tokio::test]
async fn a_first_code_switches_it_on_in_time_alone() {
    let node = Node::start().await;
    let ana = node.register("ana", Grant::Token).await;
    let me = node.identity().authenticate_bearer(&access_token(&ana.session.held)).await.unwrap();
    let confirm = async |code: &str| node.identity().confirm_second_factor(&caller(), &me, code).await;
    assert!(matches!(confirm("123456").await, Err(FactorChangeError::NotOn)), "none waits");
    let refused = node.identity().offer_second_factor(&caller(), &me, "wrong wrong wrong").await;
    assert!(matches!(refused, Err(FactorChangeError::Reauth(ReauthError::Wrong))));
    let offer = node.identity().offer_second_factor(&caller(), &me, PASSWORD).await.unwrap();
    assert!(offer.otpauth_url.contains(&offer.secret) && offer.otpauth_url.contains("ChatLink"));
    assert!(offer.qr_svg.starts_with("<svg"));
    let code = code_of(&node, &offer.secret);
    let other = if code == "111111" { "222222" } else { "111111" };
    assert!(matches!(confirm(other).await, Err(FactorChangeError::CodeWrong)));
    assert!(node.login("ana", PASSWORD).await.is_ok(), "not on yet");
    let mails = node.mailbox.letters().len();
    assert_eq!(confirm(&code).await.unwrap().len(), super::RECOVERY_CODES);
    assert_eq!(node.mailbox.letters().len(), mails + 1, "the owner is told");
    for _ in 0..10 {
        assert!(matches!(confirm(&code).await, Err(FactorChangeError::AlreadyOn)), "and no miss is counted");
    }
    assert!(required(&node.login("ana", PASSWORD).await));

    let ben = node.register("ben", Grant::Token).await;
    let me = node.identity().authenticate_bearer(&access_token(&ben.session.held)).await.unwrap();
    let late = node.identity().offer_second_factor(&caller(), &me, PASSWORD).await.unwrap();
    node.clock.advance(Duration::from_secs(1800));
    let code = code_of(&node, &late.secret);
    let refused = node.identity().confirm_second_factor(&caller(), &me, &code).await;
    assert!(matches!(refused, Err(FactorChangeError::NotOn)));
}

#[tokio::test]
async fn whether_it_is_on_is_said_after_a_right_password_alone() {
    let ana = Guarded::start().await;
    ana.node.register("ben", Grant::Token).await;
    ana.node.chat.shutdown().await;
    let login = async |login: &str| {
        let form = LoginForm {
            login: login.to_owned(),
            password: "wrong wrong wrong".to_owned(),
            second_factor: Some("123456".to_owned()),
            grant: Grant::Token,
        };
        let call = async || assert!(matches!(ana.node.identity().login(&caller(), form).await, Err(LoginError::Wrong)));
        cost(&ana.node, call).await
    };
    let guarded = login("ana").await;
    assert_eq!(guarded.1, 1, "exactly one hash");
    assert_eq!((login("ben").await, login("nobody").await), (guarded, guarded));
}

#[tokio::test]
async fn guessing_the_second_factor_gets_slower_and_is_noted() {
    let ana = Guarded::start().await;
    for _ in 0..5 {
        assert!(wrong(&ana.login(Some("x")).await));
    }
    let Err(LoginError::Limited(wait)) = ana.login(Some("x")).await else { panic!("not paused") };
    assert_eq!(wait, Duration::from_secs(15));
    ana.node.clock.advance(Duration::from_secs(900));
    assert!(wrong(&ana.login(Some("x")).await));
    ana.node.clock.advance(Duration::from_secs(900));
    assert!(ana.login(Some(&ana.code())).await.is_ok());
    let log = ana.node.identity().security_log(&ana.me, None, 50).await.unwrap();
    let kinds: Vec<_> = log.items.iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds,
        [SecurityKind::LoggedIn, SecurityKind::FactorsFailed, SecurityKind::LoginsFailed, SecurityKind::FactorOn]
    );
    assert_eq!(log.next, None);
    let first = ana.node.identity().security_log(&ana.me, None, 1).await.unwrap();
    assert_eq!((first.items.len(), first.next), (1, Some(log.items[0].number)));
}

#[tokio::test]
async fn a_seed_outlives_its_secret_and_not_its_loss() {
    let ana = Guarded::start().await;
    let rotated = ana.node.another(&[8, 7], settings()).await;
    let login = async |node: &Node, second_factor: String| {
        let form = LoginForm {
            login: "ana".to_owned(),
            password: PASSWORD.to_owned(),
            second_factor: Some(second_factor),
            grant: Grant::Token,
        };
        node.identity().login(&caller(), form).await
    };
    assert!(login(&rotated, ana.fresh()).await.is_ok(), "sealed by the old secret, and now by the new one");
    let new = ana.node.another(&[8], settings()).await;
    assert!(login(&new, ana.fresh()).await.is_ok());
    assert!(wrong(&login(&ana.node, ana.fresh()).await), "the old secret alone opens it no more");
    assert!(login(&ana.node, ana.recovery[0].clone()).await.is_ok(), "a recovery code needs no secret");
}
