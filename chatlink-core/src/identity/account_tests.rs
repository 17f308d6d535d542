//! Changes of one's own account, through the use cases on the in-memory store.

use super::{
    Caller, ContactError, Grant, Principal, Reauth, ReauthError, RenameError, SecurityKind, VerifyError,
    testing::{Node, PASSWORD, owner},
    tests::{access_token, cost},
};
use crate::contact::ContactKind;
use chatlink_protocol::ContactAttemptId;
use std::time::Duration;

async fn person(node: &Node, name: &str) -> Principal {
    let joined = node.register(name, Grant::Token).await;
    node.identity().authenticate_bearer(&access_token(&joined.session.held)).await.unwrap()
}

fn caller() -> Caller {
    Caller::default()
}

fn wrong() -> Reauth {
    Reauth { password: "wrong wrong wrong".to_owned(), second_factor: None }
}

async fn ask(node: &Node, me: &Principal, contact: &str) -> ContactAttemptId {
    let started = node.identity().start_contact(&caller(), me, contact, &owner()).await.unwrap();
    ContactAttemptId::from_uuid(started.id)
}

#[tokio::test]
async fn a_new_contact_is_proved_and_the_old_one_told() {
    let node = Node::start().await;
    let me = person(&node, "ana").await;
    let refused = node.identity().start_contact(&caller(), &me, "ana@work.example", &wrong()).await;
    assert!(matches!(refused, Err(ContactError::Reauth(ReauthError::Wrong))));
    let id = ask(&node, &me, "ana@work.example").await;
    let code = node.mailbox.code_for("ana@work.example").unwrap();
    assert_eq!(code.len(), 6);
    let verify = async |code: &str| node.identity().verify_contact(&caller(), &me, id, code).await;
    assert!(matches!(verify("no").await, Err(ContactError::Verify(VerifyError::Wrong { tries_left: 4 }))));
    let contacts = verify(&code).await.unwrap();
    assert_eq!(contacts.iter().map(|it| it.contact.as_str()).collect::<Vec<_>>(), ["ana@work.example"]);
    let told = &node.mailbox.letters()[0];
    assert_eq!((told.to.as_str(), told.code.as_ref()), ("ana@example.org", None));
    assert!(told.subject.contains("contact was added"));
    assert!(matches!(verify(&code).await, Err(ContactError::Verify(VerifyError::Gone))));
    assert!(node.login("ana@work.example", PASSWORD).await.is_ok());
    assert!(node.login("ana@example.org", PASSWORD).await.is_err());
    let last = node.identity().remove_contact(&caller(), &me, ContactKind::Email, &owner()).await;
    assert!(matches!(last, Err(ContactError::Last)));
    let none = node.identity().remove_contact(&caller(), &me, ContactKind::Mobile, &owner()).await;
    assert!(matches!(none, Err(ContactError::NotFound)));
}

#[tokio::test]
async fn a_code_for_a_contact_is_its_askers_alone() {
    let node = Node::start().await;
    let (ana, ben) = (person(&node, "ana").await, person(&node, "ben").await);
    let id = ask(&node, &ana, "ana@work.example").await;
    let code = node.mailbox.code_for("ana@work.example").unwrap();
    let his = node.identity().verify_contact(&caller(), &ben, id, &code).await;
    assert!(matches!(his, Err(ContactError::Verify(VerifyError::Gone))));
    let registration = chatlink_protocol::RegistrationId::from_uuid(*id.as_uuid());
    assert!(matches!(node.identity().verify(&caller(), registration, &code).await, Err(VerifyError::Gone)));
    assert!(node.identity().verify_contact(&caller(), &ana, id, &code).await.is_ok(), "no try was lost");
}

#[tokio::test]
async fn somebodys_contact_costs_and_answers_like_nobodys() {
    let node = Node::start().await;
    let me = person(&node, "ana").await;
    person(&node, "ben").await;
    node.chat.shutdown().await;
    let (mut costs, mut ids) = (Vec::new(), Vec::new());
    for contact in ["ben@example.org", "nobody@example.org"] {
        costs.push(cost(&node, async || ids.push(ask(&node, &me, contact).await)).await);
    }
    assert_eq!(costs[0], costs[1]);
    let letters = node.mailbox.letters();
    let newest = |to: &str| letters.iter().find(|letter| letter.to == to).map(|letter| letter.code.is_some());
    assert_eq!(newest("ben@example.org"), Some(false), "a notice, and no code");
    assert_eq!(newest("nobody@example.org"), Some(true));
    let mut answers = Vec::new();
    for id in ids {
        let refused = node.identity().verify_contact(&caller(), &me, id, "no").await.unwrap_err();
        answers.push(format!("{refused:?}"));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_username_is_changed_by_its_owner_and_not_often() {
    let node = Node::start().await;
    let me = person(&node, "ana").await;
    person(&node, "ben").await;
    let rename = async |name: &str, proof: &Reauth| node.identity().rename(&caller(), &me, name, proof).await;
    assert!(matches!(rename("maria", &wrong()).await, Err(RenameError::Reauth(ReauthError::Wrong))));
    assert!(matches!(rename("no name", &owner()).await, Err(RenameError::Invalid(_))));
    assert!(matches!(rename("ben", &owner()).await, Err(RenameError::Taken)));
    rename("ana", &owner()).await.unwrap();
    rename("maria", &owner()).await.unwrap();
    assert!(node.mailbox.letters()[0].subject.contains("username was changed"));
    assert!(node.login("maria", PASSWORD).await.is_ok());
    assert!(node.login("ana", PASSWORD).await.is_err());
    let Err(RenameError::TooSoon(wait)) = rename("marta", &owner()).await else { panic!("changed twice") };
    assert_eq!(wait, Duration::from_secs(30 * 24 * 3600));
    let log = node.identity().security_log(&me, None, 50).await.unwrap();
    assert_eq!(log.items.iter().filter(|it| it.kind == SecurityKind::UsernameChanged).count(), 1);
}
