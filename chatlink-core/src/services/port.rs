//! The storage port of service tokens.

use super::token::ServiceToken;
use crate::error::StoreError;
use async_trait::async_trait;
use chatlink_protocol::{ServiceTokenId, Timestamp};
use std::time::Duration;

/// Living tokens at the most.
pub const MAX_TOKENS: u32 = 100;

/// A token that ended is listed for so long.
pub const TOKENS_KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// Tokens of one list at the most.
pub const SERVICE_TOKENS_LISTED: u32 = 500;

/// A token to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewServiceToken {
    /// Its row, with the time of the making; neither used nor revoked.
    pub token: ServiceToken,
    /// The SHA-256 of its secret.
    pub hash: [u8; 32],
}

/// What became of a new token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKept {
    /// It is there.
    Done,
    /// Another living token is called so.
    NameTaken,
    /// There are [`MAX_TOKENS`] living ones.
    TooMany,
    /// The account that it would act as is not there, or not active.
    NoUser,
}

/// Keeps service tokens. One is alive until it is revoked, its time has come, or the account that it acts as is deleted,
/// with which it is erased. Times are compared with the later of `now` and the highest time that the store was ever told.
#[async_trait]
pub trait ServiceStore: Send + Sync {
    /// Keeps a new token. Names and number are counted among the living, in the transaction that inserts. What ended more
    /// than [`TOKENS_KEPT`] ago is forgotten.
    async fn keep_service_token(&self, new: NewServiceToken, now: Timestamp) -> Result<TokenKept, StoreError>;

    /// Those that were not revoked first, then the newest first; at most [`SERVICE_TOKENS_LISTED`].
    async fn list_service_tokens(&self) -> Result<Vec<ServiceToken>, StoreError>;

    /// The living token with this hash, whose account, where it acts as one, is active.
    async fn find_service_token(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<ServiceToken>, StoreError>;

    /// Writes a use of a living token down; of uses out of order the latest stays.
    async fn touch_service_token(&self, token: ServiceTokenId, now: Timestamp) -> Result<(), StoreError>;

    /// Revokes a token, and gives its [end](super::end_of) a place in the list of ended sessions. Answers whether it was
    /// alive; one that was not stays as it is.
    async fn end_service_token(&self, token: ServiceTokenId, now: Timestamp) -> Result<bool, StoreError>;
}
