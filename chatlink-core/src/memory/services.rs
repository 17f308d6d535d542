//! Service tokens in memory.

use super::MemoryStore;
use crate::{
    error::StoreError,
    services::{
        ActsAs, MAX_TOKENS, NewServiceToken, SERVICE_TOKENS_LISTED, ServiceStore, ServiceToken, TOKENS_KEPT, TokenKept,
        end_of,
    },
};
use async_trait::async_trait;
use chatlink_protocol::{ServiceTokenId, Timestamp, UserId};
use std::{cmp::Reverse, collections::BTreeMap};

/// By id, with the hash of each.
#[derive(Default)]
pub(super) struct Tables {
    tokens: BTreeMap<ServiceTokenId, NewServiceToken>,
}

impl Tables {
    /// Erases the tokens that act as this account.
    pub(super) fn forget(&mut self, user: UserId) {
        self.tokens.retain(|_, kept| kept.token.acts_as != ActsAs::User(user));
    }
}

#[async_trait]
impl ServiceStore for MemoryStore {
    async fn keep_service_token(&self, new: NewServiceToken, now: Timestamp) -> Result<TokenKept, StoreError> {
        let state = &mut *self.lock();
        let now = state.identity.tick(now);
        if let ActsAs::User(user) = new.token.acts_as
            && state.identity.active_username(user).is_none()
        {
            return Ok(TokenKept::NoUser);
        }
        let tokens = &mut state.services.tokens;
        tokens.retain(|_, kept| {
            let ends = [kept.token.revoked_at, kept.token.expires_at];
            ends.into_iter().flatten().min().is_none_or(|end| now.minus(TOKENS_KEPT) < end)
        });
        let living = || tokens.values().map(|kept| &kept.token).filter(|token| token.is_alive(now));
        if living().any(|token| token.name == new.token.name) {
            return Ok(TokenKept::NameTaken);
        }
        if living().count() >= MAX_TOKENS as usize {
            return Ok(TokenKept::TooMany);
        }
        tokens.insert(new.token.token_id, new);
        Ok(TokenKept::Done)
    }

    async fn list_service_tokens(&self) -> Result<Vec<ServiceToken>, StoreError> {
        let state = self.lock();
        let mut listed: Vec<_> = state.services.tokens.values().map(|kept| kept.token.clone()).collect();
        listed.sort_by_key(|token| (token.revoked_at.is_some(), Reverse((token.created_at, token.token_id))));
        listed.truncate(SERVICE_TOKENS_LISTED as usize);
        Ok(listed)
    }

    async fn find_service_token(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<ServiceToken>, StoreError> {
        let state = self.lock();
        let now = state.identity.seen(now);
        let acts = |token: &ServiceToken| match token.acts_as {
            ActsAs::User(user) => state.identity.active_username(user).is_some(),
            ActsAs::HostUsers => true,
        };
        let found = state.services.tokens.values().find(|kept| kept.hash == *hash).map(|kept| &kept.token);
        Ok(found.filter(|token| token.is_alive(now) && acts(token)).cloned())
    }

    async fn touch_service_token(&self, token: ServiceTokenId, now: Timestamp) -> Result<(), StoreError> {
        let state = &mut *self.lock();
        let now = state.identity.tick(now);
        let kept = state.services.tokens.get_mut(&token).map(|kept| &mut kept.token);
        if let Some(token) = kept.filter(|token| token.is_alive(now)) {
            token.last_used_at = token.last_used_at.max(Some(now));
        }
        Ok(())
    }

    async fn end_service_token(&self, token: ServiceTokenId, now: Timestamp) -> Result<bool, StoreError> {
        let state = &mut *self.lock();
        let now = state.identity.tick(now);
        let kept = state.services.tokens.get_mut(&token).map(|kept| &mut kept.token);
        let Some(living) = kept.filter(|token| token.is_alive(now)) else { return Ok(false) };
        living.revoked_at = Some(now);
        state.identity.name_end(end_of(token), now);
        Ok(true)
    }
}
