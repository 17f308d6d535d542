//! Webhooks, for whoever runs the installation.

use super::{
    port::JOB,
    secret::{SealedSecrets, WebhookSecret},
    url::{PlainHttp, WebhookUrl},
    webhook::{Failing, WEBHOOKS, Webhook, WebhookId, WebhookName, WebhookRow, WebhookState},
};
use crate::{
    builder::{BuildError, claim},
    clock::{Clock, SystemClock},
    entropy::{Entropy, OsEntropy, uuid_v7},
    error::{Invalid, StoreError},
    jobs::{JobId, NewJob},
    keys::Keys,
    store::Store,
};
use chatlink_protocol::Timestamp;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// How long the secret before a rotation signs besides the new one.
const BOTH_SIGN: Duration = Duration::from_secs(24 * 3600);
/// Due rooms that are counted at most.
const COUNTED: u32 = 10_000;
/// How often a rotation is tried that another change of the secrets came before.
const TRIES: u32 = 3;

/// The use cases of webhooks. Nothing here asks who calls: a webhook is told everything that is said in every room, so only
/// whoever runs the installation may come here.
pub struct Webhooks {
    store: Arc<dyn Store>,
    keys: Keys,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// Wakes this node's runner; others look each second.
    wake: Arc<Notify>,
}

/// A webhook to be made, as somebody wrote it.
#[derive(Clone, Debug, Default)]
pub struct NewWebhook {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Whether plain `http://` is taken to another machine.
    pub plain: PlainHttp,
}

/// A webhook that was made.
#[derive(Debug)]
pub struct Created {
    /// It.
    pub webhook: Webhook,
    /// What its deliveries are signed with. It is shown this once.
    pub secret: WebhookSecret,
}

/// Why something was not done with a webhook.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// Fields are invalid: `name`, `url`.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There are [`WEBHOOKS`] already.
    #[error("there are {WEBHOOKS} webhooks already: remove one first")]
    Full,
    /// There is none of that id.
    #[error("there is no webhook of that id")]
    Unknown,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Webhooks {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        keys: Keys,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        wake: Arc<Notify>,
    ) -> Self {
        Self { store, keys, clock, entropy, wake }
    }

    /// The same without an engine, for commands beside one that runs, which learns of it within a second.
    ///
    /// # Errors
    /// The keys are not the store's, or the store cannot be asked.
    pub async fn beside(store: Arc<dyn Store>, keys: Keys) -> Result<Self, BuildError> {
        let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        claim(store.as_ref(), &keys, clock.as_ref(), entropy.as_ref()).await?;
        Ok(Self::new(store, keys, clock, entropy, Arc::default()))
    }

    /// Makes a webhook: from now on it is told of every event of every room.
    ///
    /// # Errors
    /// A wrong field, as many as may be, or the store.
    pub async fn create(&self, asked: &NewWebhook) -> Result<Created, WebhookError> {
        let mut invalid = Invalid::default();
        let name = invalid.take(asked.name.parse::<WebhookName>());
        let url = invalid.take(WebhookUrl::parse(&asked.url, asked.plain));
        let (Some(name), Some(url)) = (name, url) else { return Err(invalid.into()) };
        let now = self.clock.now();
        let id = WebhookId(uuid_v7(now, self.entropy.as_ref()));
        let secret = WebhookSecret::fresh(self.entropy.as_ref());
        let current = secret.seal(&self.keys, id, self.entropy.as_ref())?;
        let state = WebhookState::Active;
        let webhook = Webhook { id, name, url, created_at: now, state, failing: Failing::default() };
        let row = WebhookRow { webhook: webhook.clone(), secrets: SealedSecrets { current, former: None } };
        match self.store.create_webhook(row, self.job(id, now)).await? {
            true => self.wake.notify_one(),
            false => return Err(WebhookError::Full),
        }
        tracing::info!(webhook = %id, host = webhook.url.host(), "a webhook was made");
        Ok(Created { webhook, secret })
    }

    /// All webhooks, the oldest first.
    ///
    /// # Errors
    /// The store.
    pub async fn list(&self) -> Result<Vec<Webhook>, StoreError> {
        Ok(self.store.list_webhooks().await?.into_iter().map(|row| row.webhook).collect())
    }

    /// Of how many rooms a webhook has something to be told, 10,000 at most.
    ///
    /// # Errors
    /// The store.
    pub async fn due(&self, id: WebhookId) -> Result<u32, StoreError> {
        self.store.count_due(id, COUNTED).await
    }

    /// Tells a webhook nothing until it is [enabled](Self::enable); a delivery under way goes on to its end. Idempotent.
    ///
    /// # Errors
    /// None of that id, or the store.
    pub async fn pause(&self, id: WebhookId) -> Result<(), WebhookError> {
        self.set(id, WebhookState::Paused).await
    }

    /// Goes on where it stopped; one that fails is tried at once. Idempotent.
    ///
    /// # Errors
    /// None of that id, or the store.
    pub async fn enable(&self, id: WebhookId) -> Result<(), WebhookError> {
        self.set(id, WebhookState::Active).await
    }

    /// Removes a webhook with all that was kept of it.
    ///
    /// # Errors
    /// None of that id, or the store.
    pub async fn delete(&self, id: WebhookId) -> Result<(), WebhookError> {
        known(self.store.delete_webhook(id).await?)?;
        tracing::info!(webhook = %id, "a webhook was removed");
        Ok(())
    }

    /// Gives a webhook a new secret. For a day deliveries carry a signature of the old one, too.
    ///
    /// # Errors
    /// None of that id, or the store.
    pub async fn rotate(&self, id: WebhookId) -> Result<WebhookSecret, WebhookError> {
        let secret = WebhookSecret::fresh(self.entropy.as_ref());
        for _ in 0..TRIES {
            let row = self.store.find_webhook(id).await?.ok_or(WebhookError::Unknown)?;
            let before = row.secrets.current;
            let current = secret.seal(&self.keys, id, self.entropy.as_ref())?;
            let former = Some((before.clone(), self.clock.now().plus(BOTH_SIGN)));
            if self.store.replace_webhook_secrets(id, before, SealedSecrets { current, former }).await? {
                tracing::info!(webhook = %id, "a webhook has a new secret");
                return Ok(secret);
            }
        }
        Err(StoreError::Unavailable("its secrets change all the time".into()).into())
    }

    async fn set(&self, id: WebhookId, state: WebhookState) -> Result<(), WebhookError> {
        known(self.store.set_webhook_state(id, state).await?)?;
        tracing::info!(webhook = %id, state = state.as_str(), "a webhook was set");
        Ok(())
    }

    fn job(&self, id: WebhookId, now: Timestamp) -> NewJob {
        let job = JobId(uuid_v7(now, self.entropy.as_ref()));
        NewJob { id: job, kind: JOB, key: id.to_string(), payload: Value::Null, run_at: now }
    }
}

fn known(is_there: bool) -> Result<(), WebhookError> {
    if is_there { Ok(()) } else { Err(WebhookError::Unknown) }
}
