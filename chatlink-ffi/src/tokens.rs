//! The platform's keychain, as the client's token store.

use crate::tasks::aside;
use async_trait::async_trait;
use chatlink_client::{Secret, TokenStoreError as Failed};
use std::sync::Arc;

/// Where an app keeps its session between two starts: the Keychain, an encrypted file. Never called from two threads at
/// once for one session, and on threads that may stand still meanwhile.
#[uniffi::export(foreign)]
pub trait TokenStore: Send + Sync + 'static {
    /// What was saved last; nothing: never, or it was cleared since.
    ///
    /// # Errors
    /// The place failed.
    fn load(&self) -> Result<Option<Secret>, TokenStoreError>;

    /// Keeps the text in place of the one before, whole or not at all.
    ///
    /// # Errors
    /// The place failed.
    fn save(&self, text: Secret) -> Result<(), TokenStoreError>;

    /// Forgets it. Repeating it does no harm.
    ///
    /// # Errors
    /// The place failed.
    fn clear(&self) -> Result<(), TokenStoreError>;
}

/// What a token store throws.
#[derive(Clone, Debug, thiserror::Error, uniffi::Error)]
pub enum TokenStoreError {
    /// The place failed.
    #[error("{reason}")]
    Failed {
        /// Why; to name no secret.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for TokenStoreError {
    /// What was thrown is not looked at: a stack trace may name anything.
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: "it threw something unexpected".to_owned() }
    }
}

/// A foreign store behind the client's port.
pub(crate) struct Tokens(pub(crate) Arc<dyn TokenStore>);

impl Tokens {
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn TokenStore) -> Result<T, TokenStoreError> + Send + 'static,
    ) -> Result<T, Failed> {
        let store = self.0.clone();
        let answer = aside(move || question(store.as_ref())).await;
        answer.ok_or_else(|| Failed::new("it panicked"))?.map_err(|error| Failed::new(error.to_string()))
    }
}

#[async_trait]
impl chatlink_client::TokenStore for Tokens {
    async fn load(&self) -> Result<Option<Secret>, Failed> {
        self.ask(|store| store.load()).await
    }

    async fn save(&self, text: &Secret) -> Result<(), Failed> {
        let text = text.clone();
        self.ask(move |store| store.save(text)).await
    }

    async fn clear(&self) -> Result<(), Failed> {
        self.ask(|store| store.clear()).await
    }
}
