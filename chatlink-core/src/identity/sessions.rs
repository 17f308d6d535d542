//! Sessions: held by tokens or a cookie, listed, ended.

use super::{
    Identity,
    access::Access,
    caller::Caller,
    ends::LONGEST_ACCESS,
    error::{AuthError, RevokeError},
    forms::{Grant, Granted, Held, SessionView},
    port::{EndWhich, NewSecurityEvent, NewSession, Rotation, SecurityKind, SessionRow},
    principal::Principal,
    token,
};
use crate::{error::StoreError, keys::Purpose};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chatlink_protocol::{SessionId, UserId};

impl Identity {
    /// Takes in sessions that a verb of another domain ended: they are refused and cut from now on.
    pub(crate) fn note_ends(&self, sessions: &[SessionId]) {
        self.ends.note(sessions, self.now());
    }

    /// Trades a refresh token, once, for new tokens. A second use ends the session: there is no
    /// grace, because a thief would have it too. A client that lost the answer logs in again.
    ///
    /// # Errors
    /// Unknown, expired, revoked or used before.
    pub async fn refresh(&self, refresh_token: &str) -> Result<Granted, AuthError> {
        let keys = &self.context.keys;
        let (session_id, old) = token::open_refresh(refresh_token, keys).ok_or(AuthError::Unauthenticated)?;
        let (next, hash) = token::mint_refresh(session_id, keys, self.context.entropy.as_ref());
        let limits = &self.context.settings.sessions;
        let rotation = self.context.store.rotate(session_id, &old, &hash, limits, self.now()).await;
        match self.observe(rotation)? {
            Rotation::Rotated(session) => Ok(self.hold(&session, next)?),
            Rotation::Reused => {
                tracing::warn!(%session_id, "a refresh token was used twice: its session is ended");
                self.ends.note(&[session_id], self.now());
                Err(AuthError::Unauthenticated)
            }
            Rotation::Gone => Err(AuthError::Unauthenticated),
        }
    }

    /// The person's sessions, the last used first.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn list_sessions(&self, principal: &Principal) -> Result<Vec<SessionView>, StoreError> {
        let rows = self.observe(self.context.store.list_sessions(principal.user_id, self.now()).await)?;
        let view = |row: SessionRow| SessionView {
            current: Some(row.session_id) == principal.session_id,
            session_id: row.session_id,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            device: row.device,
            grant: row.grant,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Ends one of the person's sessions.
    ///
    /// # Errors
    /// Not one of theirs.
    pub async fn revoke_session(
        &self,
        caller: &Caller,
        principal: &Principal,
        session: SessionId,
    ) -> Result<(), RevokeError> {
        match self.end(principal.user_id, EndWhich::One(session), Some(revoked(caller))).await? {
            0 => Err(RevokeError::NotFound),
            _ => Ok(()),
        }
    }

    /// Ends all of the person's sessions but this one. Answers how many.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn revoke_others(&self, caller: &Caller, principal: &Principal) -> Result<usize, StoreError> {
        self.end(principal.user_id, EndWhich::AllBut(principal.session_id), Some(revoked(caller))).await
    }

    /// Ends all sessions of a person, on every node within a second: for the host's operators, who ask
    /// nobody. Answers how many.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn end_sessions_of(&self, user: UserId) -> Result<usize, StoreError> {
        self.end(user, EndWhich::AllBut(None), Some(revoked(&Caller::default()))).await
    }

    /// Ends the session that this cookie holds, if there is one: its browser holds another from now on.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn replace_cookie(&self, token: &str) -> Result<(), StoreError> {
        let Some(hash) = token::hash_of(token) else { return Ok(()) };
        if let Some(session) = self.observe(self.context.store.find_session(&hash, Grant::Cookie, self.now()).await)? {
            self.end(session.user_id, EndWhich::One(session.session_id), None).await?;
        }
        Ok(())
    }

    /// Ends this session; idempotent.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn logout(&self, principal: &Principal) -> Result<(), StoreError> {
        if let Some(session) = principal.session_id {
            self.end(principal.user_id, EndWhich::One(session), None).await?;
        }
        Ok(())
    }

    async fn end(&self, user: UserId, which: EndWhich, event: Option<NewSecurityEvent>) -> Result<usize, StoreError> {
        let ended = self.observe(self.context.store.end_sessions(user, which, event, self.now()).await)?;
        self.ends.note(&ended, self.now());
        Ok(ended.len())
    }

    /// A fresh session and the secret that holds it.
    pub(super) fn new_session(&self, user_id: UserId, grant: Grant, caller: &Caller) -> (NewSession, String) {
        let session_id = SessionId::from_uuid(self.context.fresh_id());
        let entropy = self.context.entropy.as_ref();
        let (secret, token_hash) = match grant {
            Grant::Cookie => token::mint(entropy),
            Grant::Token => token::mint_refresh(session_id, &self.context.keys, entropy),
        };
        (NewSession { session_id, user_id, grant, token_hash, device: caller.device() }, secret)
    }

    /// What the client holds the session by.
    pub(super) fn hold(&self, session: &SessionRow, secret: String) -> Result<Granted, StoreError> {
        let held = match session.grant {
            Grant::Cookie => Held::Cookie {
                token: secret,
                csrf_token: self.csrf_of(session.session_id),
                expires_at: session.expires_at,
            },
            Grant::Token => self.tokens(session, secret)?,
        };
        Ok(Granted { session_id: session.session_id, held })
    }

    fn tokens(&self, session: &SessionRow, refresh_token: String) -> Result<Held, StoreError> {
        let now = self.now();
        let life = self.context.settings.sessions.access_life.min(LONGEST_ACCESS);
        let access = Access {
            user_id: session.user_id,
            session_id: session.session_id,
            expires_at: now.plus(life).min(session.expires_at),
        };
        let access_token = self.access.issue(&access, self.context.fresh_id(), now);
        let access_token = access_token.ok_or_else(|| StoreError::corrupt("an access token could not be signed"))?;
        Ok(Held::Tokens { access_token, access_expires_at: access.expires_at, refresh_token })
    }

    /// The token that a browser sends with every changing call: bound to its session.
    #[must_use]
    pub fn csrf_token(&self, principal: &Principal) -> String {
        principal.session_id.map(|session| self.csrf_of(session)).unwrap_or_default()
    }

    fn csrf_of(&self, session: SessionId) -> String {
        URL_SAFE_NO_PAD.encode(self.context.keys.mac(Purpose::Csrf, &[session.as_uuid().as_bytes()]))
    }

    /// Whether the CSRF token is this session's. In constant time.
    #[must_use]
    pub fn check_csrf(&self, principal: &Principal, token: &str) -> bool {
        let Some(session) = principal.session_id else { return false };
        let Ok(tag) = URL_SAFE_NO_PAD.decode(token.get(..64).unwrap_or(token)) else { return false };
        tag.len() == 32 && self.context.keys.verify(Purpose::Csrf, &[session.as_uuid().as_bytes()], &tag)
    }
}

/// What the security log says of sessions that were ended before their time.
fn revoked(caller: &Caller) -> NewSecurityEvent {
    NewSecurityEvent { kind: SecurityKind::SessionsRevoked, origin: caller.origin() }
}
