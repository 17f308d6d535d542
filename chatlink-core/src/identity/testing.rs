//! What the tests of identity share.

use super::{
    Caller, CodeSender, Grant, Identity, LoggedIn, LoginError, LoginForm, Notice, Reauth, RegistrationForm, SendError,
};
use crate::{
    ChatLink, Keys, Settings,
    clock::ManualClock,
    contact::Contact,
    memory::{Mailbox, MemoryStore},
    settings::PasswordCost,
};
use async_trait::async_trait;
use chatlink_protocol::{RegistrationId, Timestamp};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use tokio::sync::watch;

/// Fails a number of times, then carries.
pub(crate) struct ScriptedSender {
    failures: u32,
    tries: watch::Sender<u32>,
    delivered: AtomicU32,
}

impl ScriptedSender {
    pub(crate) fn failing(failures: u32) -> Arc<Self> {
        Arc::new(Self { failures, tries: watch::Sender::new(0), delivered: AtomicU32::new(0) })
    }

    pub(crate) async fn wait_for(&self, tries: u32) {
        self.tries.subscribe().wait_for(|seen| *seen >= tries).await.unwrap();
    }

    pub(crate) fn delivered(&self) -> u32 {
        self.delivered.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl CodeSender for ScriptedSender {
    async fn send(&self, _to: &Contact, _notice: &Notice) -> Result<(), SendError> {
        let tried = *self.tries.borrow();
        if tried >= self.failures {
            self.delivered.fetch_add(1, Ordering::SeqCst);
        }
        self.tries.send_replace(tried + 1);
        if tried < self.failures { Err(SendError::Unavailable("away".into())) } else { Ok(()) }
    }
}

/// An engine of its own on a store, a clock and a mailbox that the test keeps.
pub(crate) struct Node {
    pub(crate) chat: ChatLink,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) mailbox: Mailbox,
}

pub(crate) const PASSWORD: &str = "quiet harbour 41 lanterns";

impl Node {
    pub(crate) async fn start() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_763_800_000_000_000)));
        Self::on(Arc::new(MemoryStore::new()), clock, &[7], settings()).await
    }

    /// A node with these secrets.
    pub(crate) async fn on(
        store: Arc<MemoryStore>,
        clock: Arc<ManualClock>,
        secrets: &[u8],
        settings: Settings,
    ) -> Self {
        let keys = Keys::new(secrets.iter().map(|byte| vec![*byte; 32]).collect()).unwrap();
        let mailbox = Mailbox::with_clock(clock.clone());
        let builder = ChatLink::builder().store(store.clone()).keys(keys).settings(settings);
        let chat = builder.sender(Arc::new(mailbox.clone())).clock(clock.clone()).build().await.unwrap();
        Self { chat, store, clock, mailbox }
    }

    /// Another node, or this one after a restart.
    pub(crate) async fn another(&self, secrets: &[u8], settings: Settings) -> Self {
        Self::on(self.store.clone(), self.clock.clone(), secrets, settings).await
    }

    pub(crate) fn identity(&self) -> &Identity {
        self.chat.identity()
    }

    /// Registers by code, up to the form.
    pub(crate) async fn prove(&self, contact: &str) -> (RegistrationId, String) {
        let caller = Caller::default();
        let started = self.identity().start_registration(&caller, contact).await.unwrap();
        let id = RegistrationId::from_uuid(started.id);
        let code = self.mailbox.code_for(contact).unwrap();
        (id, self.identity().verify(&caller, id, &code).await.unwrap().proof)
    }

    pub(crate) async fn register(&self, username: &str, grant: Grant) -> LoggedIn {
        let (id, proof) = self.prove(&format!("{username}@example.org")).await;
        let form = RegistrationForm { grant, ..form(proof, username) };
        self.identity().complete(&Caller::default(), id, form).await.unwrap()
    }

    pub(crate) async fn login(&self, login: &str, password: &str) -> Result<LoggedIn, LoginError> {
        let form = LoginForm { login: login.to_owned(), password: password.to_owned(), ..LoginForm::default() };
        self.identity().login(&Caller::default(), form).await
    }
}

/// What the owner of an account without a second factor shows.
pub(crate) fn owner() -> Reauth {
    Reauth { password: PASSWORD.to_owned(), second_factor: None }
}

pub(crate) fn form(proof: String, username: &str) -> RegistrationForm {
    RegistrationForm {
        proof,
        username: username.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: "Ana López".to_owned(),
        birth_date: "1990-05-01".to_owned(),
        country: "ES".to_owned(),
        time_zone: Some("Europe/Madrid".to_owned()),
        native_languages: vec!["es".to_owned()],
        learning_languages: vec![("en".to_owned(), "B1".to_owned())],
        ..RegistrationForm::default()
    }
}

pub(crate) fn settings() -> Settings {
    Settings { password_cost: PasswordCost::for_tests(), ..Settings::default() }
}

pub(crate) async fn chat_with(sender: Arc<dyn CodeSender>) -> ChatLink {
    let keys = Keys::new(vec![vec![7; 32]]).unwrap();
    let builder = ChatLink::builder().store(Arc::new(MemoryStore::new())).keys(keys).sender(sender);
    builder.settings(settings()).build().await.unwrap()
}
