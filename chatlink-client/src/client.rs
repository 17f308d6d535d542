//! The facade: from nobody to somebody who is logged in.

use crate::{
    Chat, ClientError, Clock, Entropy, OsEntropy, Secret, Session, SystemClock, TokenStore,
    api::{Attempt, Completion, Login, Open, Proof},
    session::MemoryTokens,
    transport::{NetTransport, Transport},
    world::fresh_id,
};
use chatlink_protocol::ClientId;
use std::{path::PathBuf, sync::Arc};

/// A client of one server, before anybody is logged in. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(crate) parts: Parts,
}

/// What everything here stands on.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) tokens: Arc<dyn TokenStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) folder: Option<PathBuf>,
}

/// Makes names for what is made here.
#[derive(Clone)]
pub(crate) struct Names {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl Names {
    pub(crate) fn fresh(&self) -> ClientId {
        fresh_id(self.clock.as_ref(), self.entropy.as_ref())
    }
}

impl Client {
    /// A client of the server at this address, `https://chat.example.org`, which keeps nothing between two starts.
    ///
    /// # Errors
    /// No `http` or `https` address, or a device that names nobody whom TLS may trust ([`ClientError::NoTrust`]).
    pub fn new(base: &str) -> Result<Self, ClientError> {
        Ok(Self::over(Arc::new(NetTransport::new(base)?)))
    }

    /// A client over another transport than the network.
    #[must_use]
    pub fn over(transport: Arc<dyn Transport>) -> Self {
        let (tokens, clock, entropy) = (Arc::new(MemoryTokens::default()), Arc::new(SystemClock), Arc::new(OsEntropy));
        Self { parts: Parts { transport, tokens, clock, entropy, folder: None } }
    }

    /// Keeps the session there.
    #[must_use]
    pub fn tokens(mut self, tokens: Arc<dyn TokenStore>) -> Self {
        self.parts.tokens = tokens;
        self
    }

    /// Keeps what waits to be sent in this folder, and what was seen of rooms, people and timelines, which is then there at the
    /// next start, with a network or without; two files a person, erased at logout.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.parts.folder = Some(folder.into());
        self
    }

    /// Goes by this clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.parts.clock = clock;
        self
    }

    /// Draws from this generator.
    #[must_use]
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.parts.entropy = entropy;
        self
    }

    /// Sends a code to a contact, an e-mail address or a mobile number: the first step to an account.
    ///
    /// # Errors
    /// The contact is none, or too many codes were asked for.
    pub async fn register(&self, contact: &str) -> Result<Registration, ClientError> {
        let attempt = self.open().start_registration(contact).await?;
        Ok(Registration { client: self.clone(), attempt })
    }

    /// Logs in.
    ///
    /// # Errors
    /// Wrong, or a second factor is asked for (`second_factor_required`).
    pub async fn login(&self, login: &Login) -> Result<Chat, ClientError> {
        let logged_in = self.open().log_in(login).await?;
        self.enter(logged_in).await
    }

    /// Goes on with the session that was kept on this device; the server need not be reachable.
    ///
    /// # Errors
    /// Nobody's was kept ([`ClientError::NobodyKept`]), or the device's stores failed.
    pub async fn restore(&self) -> Result<Chat, ClientError> {
        let Parts { tokens, clock, .. } = self.parts.clone();
        let session = Session::restore(self.open(), tokens, clock).await?.ok_or(ClientError::NobodyKept)?;
        Chat::begin(self.parts.clone(), session).await
    }

    async fn enter(&self, logged_in: crate::api::LoggedIn) -> Result<Chat, ClientError> {
        let Parts { tokens, clock, .. } = self.parts.clone();
        let session = Session::begin(logged_in.user.id, logged_in.session, self.open(), tokens, clock).await?;
        Chat::begin(self.parts.clone(), session).await
    }

    fn open(&self) -> Open {
        Open::new(self.parts.transport.clone())
    }
}

/// A registration whose code is on its way.
pub struct Registration {
    client: Client,
    attempt: Attempt,
}

impl Registration {
    /// When another code may be asked for, and when the attempt is over.
    #[must_use]
    pub const fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// Sends another code.
    ///
    /// # Errors
    /// Too early, or the attempt is over.
    pub async fn resend(&mut self) -> Result<(), ClientError> {
        self.attempt = self.client.open().resend(self.attempt.id).await?;
        Ok(())
    }

    /// Shows the code. A wrong one leaves the attempt as it is, with one try fewer.
    ///
    /// # Errors
    /// It is wrong (`code_wrong`, with the tries that are left), or the attempt is over.
    pub async fn verify(&self, code: &Secret) -> Result<Proven, ClientError> {
        let proof = self.client.open().verify(self.attempt.id, code).await?;
        Ok(Proven { client: self.client.clone(), attempt: self.attempt.clone(), proof })
    }
}

/// A registration whose contact is proved: an account may be made of it.
pub struct Proven {
    client: Client,
    attempt: Attempt,
    proof: Proof,
}

impl Proven {
    /// Makes the account and logs in.
    ///
    /// # Errors
    /// Fields that break their rules, all at once: it may be tried again with others. Who is too young ends the attempt.
    pub async fn complete(&self, form: &Completion) -> Result<Chat, ClientError> {
        let logged_in = self.client.open().complete(self.attempt.id, &self.proof.proof, form).await?;
        self.client.enter(logged_in).await
    }
}
