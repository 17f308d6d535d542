//! Passkeys, through the use cases on the in-memory store, with a device that is honest.

use super::{
    Asked, CEREMONY_LIFE, Caller, CeremonyFault, Grant, LoggedIn, MAX_PASSKEYS, MadePasskey, PasskeyError,
    PasskeyLogin, PasskeyLoginError, PasskeyOwner, Passkeys, Principal, Reauth, ReauthError, SecurityKind,
    ShownPasskey,
    testing::{Node, PASSWORD, owner, settings},
    tests::access_token,
};
use crate::{
    ChatLink, Keys,
    clock::ManualClock,
    error::Coded as _,
    memory::{Mailbox, MemoryStore},
};
use chatlink_protocol::{CeremonyId, ErrorCode, PasskeyId, Timestamp, UserId};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Ceremonies whose signatures are the challenge itself.
#[derive(Default)]
struct FakePasskeys {
    challenges: AtomicU64,
}

impl FakePasskeys {
    fn ask(&self, more: &Value) -> Asked {
        let challenge = self.challenges.fetch_add(1, Ordering::SeqCst).to_string();
        Asked { state: challenge.clone().into_bytes(), options: json!({ "challenge": challenge, "more": more }) }
    }

    fn compare(state: &[u8], answer: &Value) -> Result<(), CeremonyFault> {
        let right = answer["challenge"].as_str().is_some_and(|challenge| challenge.as_bytes() == state);
        if right { Ok(()) } else { Err(CeremonyFault::Refused("another challenge".into())) }
    }
}

impl Passkeys for FakePasskeys {
    fn begin_new(&self, owner: &PasskeyOwner, known: &[Vec<u8>]) -> Result<Asked, CeremonyFault> {
        Ok(self.ask(&json!({ "name": owner.username, "known": known.len() })))
    }

    fn finish_new(&self, state: &[u8], answer: &Value) -> Result<MadePasskey, CeremonyFault> {
        Self::compare(state, answer)?;
        let id = answer["id"].as_str().unwrap_or_default().as_bytes().to_vec();
        Ok(MadePasskey { credential_id: id.clone(), credential: id, counter: 0 })
    }

    fn begin_login(&self) -> Result<Asked, CeremonyFault> {
        Ok(self.ask(&Value::Null))
    }

    fn read_login(&self, answer: &Value) -> Option<ShownPasskey> {
        let user_id = answer["user"].as_str()?.parse().ok()?;
        Some(ShownPasskey { credential_id: answer["id"].as_str()?.as_bytes().to_vec(), user_id })
    }

    fn finish_login(&self, state: &[u8], answer: &Value, credential: &[u8]) -> Result<u32, CeremonyFault> {
        Self::compare(state, answer)?;
        assert_eq!(answer["id"].as_str().map(str::as_bytes), Some(credential));
        Ok(answer["counter"].as_u64().unwrap_or_default() as u32)
    }
}

/// Ana on a node that takes passkeys.
struct Ana {
    node: Node,
    me: Principal,
}

impl Ana {
    async fn start() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_763_800_000_000_000)));
        let (store, mailbox) = (Arc::new(MemoryStore::new()), Mailbox::with_clock(clock.clone()));
        let builder = ChatLink::builder().store(store.clone()).keys(Keys::new(vec![vec![7; 32]]).unwrap());
        let builder = builder.settings(settings()).sender(Arc::new(mailbox.clone())).clock(clock.clone());
        let chat = builder.passkeys(Arc::new(FakePasskeys::default())).build().await.unwrap();
        let node = Node { chat, store, clock, mailbox };
        let ana = node.register("ana", Grant::Token).await;
        let me = node.identity().authenticate_bearer(&access_token(&ana.session.held)).await.unwrap();
        Self { node, me }
    }

    async fn begin(&self) -> (CeremonyId, Value) {
        let begun = self.node.identity().begin_passkey(&caller(), &self.me, &owner()).await.unwrap();
        (begun.id, begun.options)
    }

    async fn add(&self, id: &str) -> Result<PasskeyId, PasskeyError> {
        let (ceremony, options) = self.begin().await;
        let answer = json!({ "id": id, "challenge": options["challenge"] });
        let added = self.node.identity().add_passkey(&caller(), &self.me, ceremony, id, &answer).await;
        added.map(|passkey| passkey.passkey_id)
    }

    /// Logs in by that passkey, as that user.
    async fn login(&self, id: &str, user: UserId, counter: u32) -> Result<LoggedIn, PasskeyLoginError> {
        let begun = self.node.identity().begin_passkey_login(&caller()).await?;
        let answer = json!({ "id": id, "user": user, "challenge": begun.options["challenge"], "counter": counter });
        self.answer(begun.id, answer).await
    }

    async fn answer(&self, ceremony: CeremonyId, answer: Value) -> Result<LoggedIn, PasskeyLoginError> {
        self.node.identity().passkey_login(&caller(), PasskeyLogin { ceremony, answer, grant: Grant::Token }).await
    }
}

fn caller() -> Caller {
    Caller::default()
}

fn wrong(answer: &Result<LoggedIn, PasskeyLoginError>) -> bool {
    matches!(answer, Err(PasskeyLoginError::Wrong))
}

#[tokio::test]
async fn a_passkey_is_added_listed_used_and_removed_and_the_owner_is_told() {
    let ana = Ana::start().await;
    let identity = ana.node.identity();
    let (_, options) = ana.begin().await;
    assert_eq!(options["more"], json!({ "name": "ana", "known": 0 }));
    let phone = ana.add("phone").await.unwrap();
    assert!(ana.node.mailbox.letters()[0].subject.contains("passkey was added"));
    assert_eq!(ana.begin().await.1["more"]["known"], 1);
    let logged_in = ana.login("phone", ana.me.user_id, 0).await.unwrap();
    assert_eq!((logged_in.user_id, logged_in.username.as_str()), (ana.me.user_id, "ana"));
    let listed = identity.list_passkeys(&ana.me).await.unwrap();
    assert_eq!((listed.len(), listed[0].passkey_id, listed[0].last_used_at.is_some()), (1, phone, true));
    let not_owner = Reauth { password: "not the password".to_owned(), ..Reauth::default() };
    let refused = identity.remove_passkey(&caller(), &ana.me, phone, &not_owner).await;
    assert!(matches!(refused, Err(PasskeyError::Reauth(ReauthError::Wrong))));
    identity.remove_passkey(&caller(), &ana.me, phone, &owner()).await.unwrap();
    assert!(ana.node.mailbox.letters()[0].subject.contains("passkey was removed"));
    let again = identity.remove_passkey(&caller(), &ana.me, phone, &owner()).await;
    assert!(matches!(again, Err(PasskeyError::NotFound)));
    assert!(wrong(&ana.login("phone", ana.me.user_id, 0).await));
    let log = identity.security_log(&ana.me, None, 50).await.unwrap().items;
    let kinds: Vec<_> = log.iter().rev().map(|event| event.kind).collect();
    use SecurityKind::{LoggedInByPasskey, PasskeyAdded, PasskeyRemoved};
    assert_eq!(kinds, [PasskeyAdded, LoggedInByPasskey, PasskeyRemoved]);
}

#[tokio::test]
async fn a_password_is_asked_for_before_a_passkey_is_added() {
    let ana = Ana::start().await;
    let not_owner = Reauth { password: "not the password".to_owned(), ..Reauth::default() };
    let refused = ana.node.identity().begin_passkey(&caller(), &ana.me, &not_owner).await;
    assert!(matches!(refused, Err(PasskeyError::Reauth(ReauthError::Wrong))));
    for number in 0..MAX_PASSKEYS {
        ana.add(&format!("key {number}")).await.unwrap();
    }
    let full = ana.node.identity().begin_passkey(&caller(), &ana.me, &owner()).await;
    assert!(matches!(full, Err(PasskeyError::Full)));
}

#[tokio::test]
async fn a_wrong_answer_ends_its_ceremony_and_a_wrong_name_does_not() {
    let ana = Ana::start().await;
    let (ceremony, options) = ana.begin().await;
    let right = json!({ "id": "phone", "challenge": options["challenge"] });
    let add = async |name: &str, answer: &Value| {
        ana.node.identity().add_passkey(&caller(), &ana.me, ceremony, name, answer).await
    };
    assert!(matches!(add(" ", &right).await, Err(PasskeyError::Invalid(_))));
    assert!(matches!(add("phone", &json!({ "challenge": "x" })).await, Err(PasskeyError::Refused)));
    assert!(matches!(add("phone", &right).await, Err(PasskeyError::Gone)), "the wrong answer ended it");
    ana.add("phone").await.unwrap();
    assert!(matches!(ana.add("phone").await, Err(PasskeyError::Refused)), "kept already");
    assert!(matches!(ana.add(&"x".repeat(2_000)).await, Err(PasskeyError::Invalid(_))));
    let (late, options) = ana.begin().await;
    ana.node.clock.advance(CEREMONY_LIFE);
    let answer = json!({ "id": "tablet", "challenge": options["challenge"] });
    let gone = ana.node.identity().add_passkey(&caller(), &ana.me, late, "tablet", &answer).await;
    assert!(matches!(gone, Err(PasskeyError::Gone)));
}

#[tokio::test]
async fn a_login_that_is_wrong_in_any_way_is_one_refusal_and_ends_its_ceremony() {
    let ana = Ana::start().await;
    let me = ana.me.user_id;
    let ben = ana.node.register("ben", Grant::Token).await.user_id;
    ana.add("phone").await.unwrap();
    assert!(wrong(&ana.login("phone", ben, 0).await), "another's account");
    assert!(wrong(&ana.login("nobody's", me, 0).await));
    let begun = ana.node.identity().begin_passkey_login(&caller()).await.unwrap();
    let right = json!({ "id": "phone", "user": me, "challenge": begun.options["challenge"] });
    assert!(wrong(&ana.answer(begun.id, json!({ "id": "phone", "user": me, "challenge": "x" })).await));
    assert!(wrong(&ana.answer(begun.id, right).await), "the wrong answer ended it");
    let begun = ana.node.identity().begin_passkey_login(&caller()).await.unwrap();
    let right = json!({ "id": "phone", "user": me, "challenge": begun.options["challenge"] });
    assert!(ana.answer(begun.id, right.clone()).await.is_ok());
    assert!(wrong(&ana.answer(begun.id, right.clone()).await), "a replay");
    assert!(wrong(&ana.answer(CeremonyId::from_uuid(uuid::Uuid::nil()), right).await));
    for nonsense in [json!({}), json!({ "id": "phone" }), Value::Null, json!([1])] {
        let begun = ana.node.identity().begin_passkey_login(&caller()).await.unwrap();
        assert!(wrong(&ana.answer(begun.id, nonsense).await));
    }
    assert!(ana.login("phone", me, 7).await.is_ok());
    assert!(wrong(&ana.login("phone", me, 7).await), "the count did not rise");
    assert_eq!(PasskeyLoginError::Wrong.code(), ErrorCode::PasskeyWrong);
}

#[tokio::test]
async fn a_passkey_asks_for_no_second_factor_and_outlives_the_password() {
    let ana = Ana::start().await;
    let identity = ana.node.identity();
    ana.add("phone").await.unwrap();
    let (under_way, options) = ana.begin().await;
    let offer = identity.offer_second_factor(&caller(), &ana.me, PASSWORD).await.unwrap();
    let code = super::factor_tests::code_of(&ana.node, &offer.secret);
    identity.confirm_second_factor(&caller(), &ana.me, &code).await.unwrap();
    assert!(ana.login("phone", ana.me.user_id, 0).await.is_ok());
    assert!(matches!(ana.node.login("ana", PASSWORD).await, Err(super::LoginError::Factor(_))));
    ana.node.clock.advance(std::time::Duration::from_secs(30));
    let code = super::factor_tests::code_of(&ana.node, &offer.secret);
    let proof = Reauth { second_factor: Some(code), ..owner() };
    identity.change_password(&caller(), &ana.me, &proof, "another harbour 17 gulls").await.unwrap();
    assert!(ana.login("phone", ana.me.user_id, 0).await.is_ok());
    let answer = json!({ "id": "tablet", "challenge": options["challenge"] });
    let gone = identity.add_passkey(&caller(), &ana.me, under_way, "tablet", &answer).await;
    assert!(matches!(gone, Err(PasskeyError::Gone)), "begun with the old password");
}

#[tokio::test]
async fn a_network_that_only_begins_is_limited() {
    let ana = Ana::start().await;
    for _ in 0..60 {
        let _ = ana.node.identity().begin_passkey_login(&caller()).await.unwrap();
    }
    let limited = ana.node.identity().begin_passkey_login(&caller()).await;
    assert!(matches!(limited, Err(PasskeyLoginError::Limited(_))));
}

#[tokio::test]
async fn without_ceremonies_there_are_no_passkeys() {
    let node = Node::start().await;
    let ana = node.register("ana", Grant::Token).await;
    let me = node.identity().authenticate_bearer(&access_token(&ana.session.held)).await.unwrap();
    assert!(!node.identity().takes_passkeys());
    let off = node.identity().begin_passkey(&caller(), &me, &owner()).await;
    assert!(matches!(off, Err(PasskeyError::Off)));
    let off = node.identity().begin_passkey_login(&caller()).await.unwrap_err();
    assert_eq!(
        (off.code(), off.problem().detail.as_deref()),
        (ErrorCode::Forbidden, Some("no passkeys are taken here"))
    );
    assert!(node.identity().list_passkeys(&me).await.unwrap().is_empty());
}
