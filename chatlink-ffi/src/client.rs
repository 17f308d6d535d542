//! From nobody to somebody who is logged in.

use crate::{Chat, ChatError, LearningLanguage, TokenStore, alive::Alive, tasks::Tasks, tokens::Tokens};
use chatlink_client::{Client, ClientError, Secret, api};
use chatlink_protocol::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::RwLock;

/// A client of one server, before anybody is logged in.
#[derive(uniffi::Object)]
pub struct ChatClient {
    client: Client,
    tasks: Tasks,
    _alive: Alive,
}

#[uniffi::export]
impl ChatClient {
    /// A client of the server at this address, `https://chat.example.org`. What waits to be sent is kept in the folder,
    /// one file a person, and the session in the token store; without them nothing is kept between two starts.
    ///
    /// # Errors
    /// No `http` or `https` address, or a device without certificates to trust.
    #[uniffi::constructor(default(folder = None, tokens = None))]
    pub fn new(
        address: &str,
        folder: Option<String>,
        tokens: Option<Arc<dyn TokenStore>>,
    ) -> Result<Arc<Self>, ChatError> {
        let mut client = Client::new(address)?;
        if let Some(folder) = folder {
            client = client.folder(folder);
        }
        if let Some(store) = tokens {
            client = client.tokens(Arc::new(Tokens(store)));
        }
        Ok(Arc::new(Self { client, tasks: Tasks::new()?, _alive: Alive::new() }))
    }

    /// Sends a code to a contact, an e-mail address or a mobile number: the first step to an account.
    ///
    /// # Errors
    /// The contact is none, or too many codes were asked for.
    pub async fn register(&self, contact: String) -> Result<Arc<Registration>, ChatError> {
        let client = self.client.clone();
        let begun = self.tasks.call(async move { client.register(&contact).await }).await?;
        Ok(Registration::new(begun, self.tasks.clone()))
    }

    /// Logs in, by username, e-mail address or mobile number.
    ///
    /// # Errors
    /// Wrong, or a second factor is asked for (`second_factor_required`).
    #[uniffi::method(default(second_factor = None))]
    pub async fn login(
        &self,
        login: String,
        password: Secret,
        second_factor: Option<Secret>,
    ) -> Result<Arc<Chat>, ChatError> {
        let (client, tasks) = (self.client.clone(), self.tasks.clone());
        let form = api::Login { login, password, second_factor };
        let login = async move { client.login(&form).await.map(|chat| Chat::new(chat, tasks)) };
        self.tasks.call(login).await
    }

    /// Goes on with the session that was kept on this device; the server need not be reachable. Nothing: nobody's was.
    ///
    /// # Errors
    /// The device's stores failed.
    pub async fn restore(&self) -> Result<Option<Arc<Chat>>, ChatError> {
        let (client, tasks) = (self.client.clone(), self.tasks.clone());
        let restored = async move {
            match client.restore().await {
                Ok(chat) => Ok(Some(Chat::new(chat, tasks))),
                Err(ClientError::NobodyKept) => Ok(None),
                Err(error) => Err(error),
            }
        };
        self.tasks.call(restored).await
    }
}

/// A registration whose code is on its way.
#[derive(uniffi::Object)]
pub struct Registration {
    registration: Arc<RwLock<chatlink_client::Registration>>,
    attempt: Arc<Mutex<Attempt>>,
    tasks: Tasks,
    _alive: Alive,
}

/// How an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Attempt {
    /// When another code may be asked for; nothing: no more.
    pub resend_at: Option<Timestamp>,
    /// When the attempt is over.
    pub expires_at: Timestamp,
}

#[uniffi::export]
impl Registration {
    /// When another code may be asked for, and when the attempt is over.
    #[must_use]
    pub fn attempt(&self) -> Attempt {
        *self.attempt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends another code.
    ///
    /// # Errors
    /// Too early, or the attempt is over.
    pub async fn resend(&self) -> Result<Attempt, ChatError> {
        let (registration, known) = (self.registration.clone(), self.attempt.clone());
        let resent = async move {
            let mut registration = registration.write().await;
            registration.resend().await?;
            let attempt = Attempt::from(registration.attempt());
            *known.lock().unwrap_or_else(PoisonError::into_inner) = attempt;
            Ok::<_, ClientError>(attempt)
        };
        self.tasks.call(resent).await
    }

    /// Shows the code. A wrong one leaves the attempt as it is, with one try fewer.
    ///
    /// # Errors
    /// It is wrong (`code_wrong`, with the tries that are left), or the attempt is over.
    pub async fn verify(&self, code: Secret) -> Result<Arc<Proven>, ChatError> {
        let (registration, tasks) = (self.registration.clone(), self.tasks.clone());
        let verified = async move { registration.read().await.verify(&code).await };
        let proven = Arc::new(self.tasks.call(verified).await?);
        Ok(Arc::new(Proven { proven, tasks, _alive: Alive::new() }))
    }
}

impl Registration {
    fn new(registration: chatlink_client::Registration, tasks: Tasks) -> Arc<Self> {
        let attempt = Arc::new(Mutex::new(registration.attempt().into()));
        Arc::new(Self { registration: Arc::new(RwLock::new(registration)), attempt, tasks, _alive: Alive::new() })
    }
}

impl From<&api::Attempt> for Attempt {
    fn from(attempt: &api::Attempt) -> Self {
        Self { resend_at: attempt.resend_at, expires_at: attempt.expires_at }
    }
}

/// A registration whose contact is proved: an account may be made of it.
#[derive(uniffi::Object)]
pub struct Proven {
    proven: Arc<chatlink_client::Proven>,
    tasks: Tasks,
    _alive: Alive,
}

/// Who somebody wants to be.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Completion {
    /// `[a-z][a-z0-9_.]{2,29}`.
    pub username: String,
    /// The name that others see.
    pub display_name: String,
    /// `1990-05-17`.
    pub birth_date: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// IANA: `Europe/Berlin`.
    #[uniffi(default = None)]
    pub time_zone: Option<String>,
    /// ISO 639.
    pub native_languages: Vec<String>,
    /// What one learns, and how far one is.
    pub learning_languages: Vec<LearningLanguage>,
}

#[uniffi::export]
impl Proven {
    /// Makes the account and logs in.
    ///
    /// # Errors
    /// Fields that break their rules, all at once: it may be tried again with others. Who is too young ends the attempt.
    pub async fn complete(&self, form: Completion, password: Secret) -> Result<Arc<Chat>, ChatError> {
        let (proven, tasks) = (self.proven.clone(), self.tasks.clone());
        let form = form.with(password);
        let complete = async move { proven.complete(&form).await.map(|chat| Chat::new(chat, tasks)) };
        self.tasks.call(complete).await
    }
}

impl Completion {
    fn with(self, password: Secret) -> api::Completion {
        api::Completion {
            username: self.username,
            password,
            display_name: self.display_name,
            birth_date: self.birth_date,
            country: self.country,
            time_zone: self.time_zone,
            native_languages: self.native_languages,
            learning_languages: self.learning_languages.into_iter().map(Into::into).collect(),
        }
    }
}
