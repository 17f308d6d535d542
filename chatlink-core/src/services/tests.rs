//! Service tokens through the use cases, on the in-memory store.

use super::{ActsAs, Issued, Scope, ServiceError, ServicePrincipal, TokenForm};
use crate::{
    ChatLink, Coded as _, Keys,
    entropy::OsEntropy,
    identity::{
        Grant, HostUser, Principal, Verifier, VerifierError, Via,
        testing::{Node, settings},
    },
    memory::MemoryStore,
    people::ExternalPerson,
    realtime::{Connection, Outgoing},
    rights::Words,
};
use async_trait::async_trait;
use chatlink_protocol::{ErrorCode, Timestamp, UserId};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(10);
const MINUTE: Duration = Duration::from_secs(60);

fn form(name: &str, acts_as: ActsAs) -> TokenForm {
    let scopes = [Scope::RoomsRead, Scope::TimelineRead].map(|scope| scope.as_str().to_owned());
    TokenForm { name: name.to_owned(), scopes: scopes.into(), acts_as, expires_in: None }
}

async fn issued(node: &Node, acts_as: ActsAs) -> Issued {
    node.chat.services().create(&form("bot", acts_as)).await.unwrap()
}

async fn shown(node: &Node, token: &Issued) -> Result<ServicePrincipal, ServiceError> {
    node.chat.services().authenticate(&token.secret, None).await
}

async fn guest(node: &Node, name: &str) -> UserId {
    node.chat.people().upsert_external(ExternalPerson::new(name).with_name(name)).await.unwrap()
}

async fn connected(node: &Node, token: &Issued) -> Connection {
    let person = shown(node, token).await.unwrap().person().unwrap();
    node.chat.connect_service(&person, 0).await.unwrap()
}

/// Hears until it is over, and says why.
async fn end(connection: &Connection) -> ErrorCode {
    let over = async {
        loop {
            if let Outgoing::Close(code) = connection.outgoing().await {
                return code;
            }
        }
    };
    timeout(PATIENCE, over).await.unwrap()
}

#[tokio::test]
async fn a_bots_token_acts_as_its_account_and_does_what_it_may() {
    let node = Node::start().await;
    let ana = node.register("ana", Grant::Token).await.user_id;
    let bot = issued(&node, ActsAs::User(ana)).await;
    let principal = shown(&node, &bot).await.unwrap();
    assert_eq!((principal.acting, principal.person().unwrap().user_id), (Some(ana), ana));
    assert!(principal.require(&[Scope::RoomsRead, Scope::TimelineRead]).is_ok());
    let refused = principal.require(&[Scope::RoomsRead, Scope::TimelineWrite]).unwrap_err().problem();
    assert_eq!(refused.code, ErrorCode::Forbidden);
    assert_eq!(refused.detail.as_deref(), Some("the token lacks the scope timeline:write"));
    let named = node.chat.services().authenticate(&bot.secret, Some("somebody")).await;
    assert!(matches!(named, Err(ServiceError::ActsAsOne)), "{named:?}");
    for wrong in ["", "clst_", &bot.secret[..47], &bot.secret[5..], &format!("{}A", &bot.secret[..47])] {
        let refused = node.chat.services().authenticate(wrong, None).await;
        assert!(matches!(refused, Err(ServiceError::Unauthenticated)), "{wrong}: {refused:?}");
    }
}

#[tokio::test]
async fn a_hosts_token_acts_as_the_hosts_own_users_alone() {
    let node = Node::start().await;
    let guest = guest(&node, "guest").await;
    let ana = node.register("ana", Grant::Token).await;
    let host = issued(&node, ActsAs::HostUsers).await;
    let ask = async |name: Option<&str>| node.chat.services().authenticate(&host.secret, name).await;
    assert_eq!(ask(Some("guest")).await.unwrap().acting, Some(guest));
    let nobody = ask(None).await.unwrap();
    assert_eq!(nobody.acting, None);
    let refused = nobody.person().unwrap_err().problem();
    assert_eq!((refused.code, refused.errors[0].field.as_str()), (ErrorCode::Invalid, "chatlink-as"));
    let registered = ana.user_id.to_string();
    for name in ["ana", "ana@example.org", registered.as_str(), "", "Guest"] {
        let refused = ask(Some(name)).await;
        assert!(matches!(refused, Err(ServiceError::NoUser)), "{name}: {refused:?}");
    }
    node.chat.rights().delete_external("guest", Words::Stay).await.unwrap();
    assert!(matches!(ask(Some("guest")).await, Err(ServiceError::NoUser)));
}

#[tokio::test]
async fn all_wrong_fields_of_a_token_are_named() {
    let node = Node::start().await;
    let services = node.chat.services();
    let wrong = TokenForm {
        name: " ".to_owned(),
        scopes: vec!["all".to_owned()],
        acts_as: ActsAs::HostUsers,
        expires_in: Some(Duration::from_secs(1)),
    };
    let problem = services.create(&wrong).await.unwrap_err().problem();
    let fields: Vec<_> = problem.errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["name", "scopes[0]", "expires_in"]);
    issued(&node, ActsAs::HostUsers).await;
    let taken = services.create(&form("bot", ActsAs::HostUsers)).await.unwrap_err().problem();
    assert_eq!((taken.errors[0].field.as_str(), taken.errors[0].code.as_str()), ("name", "taken"));
    let stranger = ActsAs::User(UserId::from_uuid(node.chat.context.fresh_id()));
    let nobody = services.create(&form("other", stranger)).await.unwrap_err();
    assert_eq!(nobody.code(), ErrorCode::UserNotFound);
}

#[tokio::test]
async fn a_token_is_told_once_and_never_printed() {
    let node = Node::start().await;
    let token = issued(&node, ActsAs::HostUsers).await;
    assert!(token.secret.starts_with("clst_") && token.secret.len() == 48);
    let listed = node.chat.services().list().await.unwrap();
    for text in [format!("{token:?}"), format!("{listed:?}"), format!("{:?}", shown(&node, &token).await)] {
        assert!(!text.contains(&token.secret[5..]), "{text}");
    }
    assert_eq!(listed, [token.token]);
}

#[tokio::test]
async fn a_use_is_written_down_every_five_minutes() {
    let node = Node::start().await;
    let token = issued(&node, ActsAs::HostUsers).await;
    let used = async || node.chat.services().list().await.unwrap()[0].last_used_at;
    assert_eq!(used().await, None);
    shown(&node, &token).await.unwrap();
    let first = used().await.unwrap();
    node.clock.advance(MINUTE * 5 - Duration::from_micros(1));
    shown(&node, &token).await.unwrap();
    assert_eq!(used().await, Some(first));
    node.clock.advance(Duration::from_micros(1));
    shown(&node, &token).await.unwrap();
    assert_eq!(used().await, Some(first.plus(MINUTE * 5)));
}

#[tokio::test]
async fn a_revoked_token_is_good_for_nothing_and_its_connections_end_on_every_node() {
    let node = Node::start().await;
    let other = node.another(&[7], settings()).await;
    let ana = node.register("ana", Grant::Token).await.user_id;
    let bot = issued(&node, ActsAs::User(ana)).await;
    let (here, there) = (connected(&node, &bot).await, connected(&other, &bot).await);
    assert!(node.chat.services().revoke(bot.token.token_id).await.unwrap());
    assert!(!node.chat.services().revoke(bot.token.token_id).await.unwrap(), "once");
    for place in [&node, &other] {
        assert!(matches!(shown(place, &bot).await, Err(ServiceError::Unauthenticated)));
    }
    assert_eq!((end(&here).await, end(&there).await), (ErrorCode::Unauthenticated, ErrorCode::Unauthenticated));
}

#[tokio::test]
async fn a_token_ends_with_its_account_and_so_do_its_connections() {
    let node = Node::start().await;
    guest(&node, "guest").await;
    let host = node.chat.services().create(&form("host", ActsAs::HostUsers)).await.unwrap();
    let guest = node.chat.services().authenticate(&host.secret, Some("guest")).await.unwrap().person().unwrap();
    let bot = issued(&node, ActsAs::User(guest.user_id)).await;
    let (bots, hosts) = (connected(&node, &bot).await, node.chat.connect_service(&guest, 0).await.unwrap());
    node.chat.rights().delete_external("guest", Words::Stay).await.unwrap();
    assert!(matches!(shown(&node, &bot).await, Err(ServiceError::Unauthenticated)));
    assert!(shown(&node, &host).await.is_ok());
    assert_eq!((end(&bots).await, end(&hosts).await), (ErrorCode::Unauthenticated, ErrorCode::Unauthenticated));
}

#[tokio::test]
async fn a_connection_ends_with_the_time_of_its_token_and_nothing_prolongs_it() {
    let node = Node::start().await;
    let guest = guest(&node, "guest").await;
    let short = TokenForm { expires_in: Some(MINUTE), ..form("bot", ActsAs::User(guest)) };
    let bot = node.chat.services().create(&short).await.unwrap();
    let connection = connected(&node, &bot).await;
    assert!(connection.session().is_none() && !connection.is_expired());
    let later = crate::clock::Clock::now(node.clock.as_ref()).plus(MINUTE * 60);
    let fresh = Principal { user_id: guest, session_id: None, expires_at: later, via: Via::Host };
    assert_eq!(connection.renew(&fresh), Err(ErrorCode::Unauthenticated), "another kind of proof");
    node.clock.advance(MINUTE);
    assert!(connection.is_expired());
    assert!(matches!(shown(&node, &bot).await, Err(ServiceError::Unauthenticated)));
    let lasting = node.chat.services().create(&form("lasting", ActsAs::User(guest))).await.unwrap();
    let connection = connected(&node, &lasting).await;
    node.clock.advance(MINUTE * 60 * 24 * 365 * 100);
    assert!(!connection.is_expired());
}

/// Takes every token for somebody's, and counts.
#[derive(Default)]
struct Credulous(AtomicU32);

#[async_trait]
impl Verifier for Credulous {
    async fn verify(&self, _: &str) -> Result<Option<HostUser>, VerifierError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let expires_at = Some(Timestamp::from_micros(i64::MAX));
        Ok(Some(HostUser { person: ExternalPerson::new("anybody"), expires_at }))
    }
}

#[tokio::test]
async fn a_service_token_is_nobodys_access_token_and_no_verifier_sees_it() {
    let node = Node::start().await;
    let bot = issued(&node, ActsAs::HostUsers).await;
    assert!(node.identity().authenticate_bearer(&bot.secret).await.is_err());
    assert!(node.identity().authenticate_cookie(&bot.secret).await.is_err());
    assert!(node.identity().refresh(&bot.secret).await.is_err());
    let verifier = Arc::new(Credulous::default());
    let builder = ChatLink::builder().store(Arc::new(MemoryStore::new())).keys(Keys::ephemeral(&OsEntropy));
    let chat = builder.verifier(verifier.clone()).build().await.unwrap();
    assert!(chat.identity().authenticate_bearer(&bot.secret).await.is_err());
    assert_eq!(verifier.0.load(Ordering::SeqCst), 0);
    assert!(chat.identity().authenticate_bearer("the host's own").await.is_ok());
    let host = chat.services().create(&form("host", ActsAs::HostUsers)).await.unwrap();
    let principal = chat.services().authenticate(&host.secret, Some("anybody")).await.unwrap();
    assert!(principal.person().is_ok(), "beside a verifier, too");
}
