//! A ChatLink in this process, and people who join it.

use axum::Router;
use chatlink_client::{
    Chat, Client,
    api::{Completion, LearningLanguage},
};
use chatlink_core::{
    ChatLink, Keys, Settings,
    memory::{Mailbox, MemoryStore},
    settings::{PasswordCost, TalkLimits},
};
use std::{net::SocketAddr, sync::Arc};

/// Everybody's password here.
pub(super) const PASSWORD: &str = "violet-harbour-91-lantern";

/// An engine and its edge.
pub(super) struct Server {
    pub(super) app: Router,
    pub(super) mailbox: Mailbox,
}

impl Server {
    pub(super) async fn new() -> Self {
        let mailbox = Mailbox::default();
        let talk = TalkLimits { enforced: false, ..TalkLimits::default() };
        let settings = Settings { password_cost: PasswordCost::for_tests(), talk, ..Settings::default() };
        let chat = ChatLink::builder()
            .store(Arc::new(MemoryStore::default()))
            .keys(Keys::new(vec![vec![1; 32]]).unwrap())
            .sender(Arc::new(mailbox.clone()))
            .settings(settings)
            .build()
            .await
            .unwrap();
        Self { app: chatlink_http::router(chat), mailbox }
    }

    /// Serves over TCP on a port that the kernel chose, and answers its address.
    pub(super) async fn listen(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = self.app.clone().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        format!("http://{address}")
    }

    /// Joins as newcomers do: a contact, the code out of the mailbox, an account.
    pub(super) async fn join(&self, client: &Client, name: &str) -> Chat {
        let contact = format!("{name}@people.example");
        let registration = client.register(&contact).await.unwrap();
        let code = self.mailbox.code_for(&contact).unwrap();
        registration.verify(&code.into()).await.unwrap().complete(&form(name)).await.unwrap()
    }
}

/// An adult who speaks English and learns Spanish.
pub(super) fn form(name: &str) -> Completion {
    Completion {
        username: name.to_owned(),
        password: PASSWORD.into(),
        display_name: name.to_owned(),
        birth_date: "1990-05-17".to_owned(),
        country: "DE".to_owned(),
        time_zone: Some("Europe/Berlin".to_owned()),
        native_languages: vec!["en".to_owned()],
        learning_languages: vec![LearningLanguage { language: "es".to_owned(), level: "B1".to_owned() }],
    }
}
