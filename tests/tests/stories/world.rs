//! An engine in this process, and all its edges on sockets.

use crate::stand_ins;
use async_trait::async_trait;
use chatlink_core::{
    ChatLink, Keys, Settings,
    clock::{Clock as _, ManualClock, SystemClock},
    host::{Outgoing, Policy, Verdict},
    identity::{Caller, Grant, Held, LoginForm, Principal},
    memory::{Mailbox, MemoryStore},
    settings::{PasswordCost, TalkLimits},
};
use std::{net::SocketAddr, sync::Arc};
use tokio::net::TcpListener;

/// How long anything may take that is not about speed.
pub(crate) const PATIENCE: std::time::Duration = chatlink_tests::PATIENCE;

/// The engine, where its edges listen, and the mailbox of all people.
pub(crate) struct World {
    pub(crate) chat: ChatLink,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) http: SocketAddr,
    pub(crate) grpc: SocketAddr,
    mailbox: Mailbox,
}

impl World {
    pub(crate) async fn new() -> Self {
        // Clients go by the machine's clock.
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let mailbox = Mailbox::default();
        let talk = TalkLimits { enforced: false, ..TalkLimits::default() };
        let settings = Settings { password_cost: PasswordCost::for_tests(), talk, ..Settings::default() };
        let keys = Keys::new(vec![vec![1; 32]]).expect("keys");
        let builder = ChatLink::builder().store(Arc::new(MemoryStore::default())).keys(keys).clock(clock.clone());
        let builder = builder.policy(Arc::new(House));
        let chat = builder.sender(Arc::new(mailbox.clone())).settings(settings).build().await.expect("an engine");
        let http = serve(chatlink_http::router(chat.clone())).await;
        let grpc = serve(chatlink_grpc::router(chat.clone(), chatlink_grpc::Options::default())).await;
        Self { chat, clock, http, grpc, mailbox }
    }

    /// The same, but what listens are stand-ins that refuse everybody.
    pub(crate) async fn of_stand_ins() -> Self {
        let (http, grpc) = (serve(stand_ins::http()).await, serve(stand_ins::grpc()).await);
        Self { http, grpc, ..Self::new().await }
    }

    /// Somebody who logs in without any edge, to bring about what others are then refused for.
    pub(crate) async fn principal(&self, login: &str, password: &str) -> Principal {
        let (login, password) = (login.to_owned(), password.to_owned());
        let form = LoginForm { login, password, second_factor: None, grant: Grant::Token };
        let login = self.chat.identity().login(&Caller::default(), form).await.expect("a login");
        let Held::Tokens { access_token, .. } = login.session.held else { panic!("no tokens") };
        self.chat.identity().authenticate_bearer(&access_token).await.expect("a session")
    }

    /// The newest code that went to this contact.
    pub(crate) fn code_for(&self, contact: &str) -> String {
        self.mailbox.code_for(contact).expect("a code")
    }
}

/// What nobody may say here.
pub(crate) const UNSAID: &str = "the name of the play";

/// The host's own rule.
struct House;

#[async_trait]
impl Policy for House {
    async fn before_send(&self, message: &Outgoing) -> Verdict {
        if message.text.contains(UNSAID) { Verdict::Refuse } else { Verdict::Allow }
    }
}

async fn serve(app: axum::Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}
