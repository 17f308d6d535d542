//! A logged-in device: its tokens, one refresh at a time, and its end, which is told once.

mod store;

pub use store::{FileTokens, MemoryTokens, TokenStore, TokenStoreError};

use crate::{
    ClientError, Secret,
    api::{Open, Tokens},
    world::Clock,
};
use chatlink_protocol::{SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Mutex as Turn, watch},
    time::Instant,
};

/// A token that ends this soon is renewed before it is used.
const MARGIN: Duration = Duration::from_secs(30);
/// A life longer than this is a clock that goes wrong, not a life.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3_600);

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// It is good, as far as is known.
    Live,
    /// The server does not take it any more: revoked, expired, or its account is gone. Log in again.
    Ended,
    /// The person logged out on this device.
    LoggedOut,
}

/// Who is logged in here, and by which session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The person.
    pub user_id: UserId,
    /// The device.
    pub session_id: SessionId,
}

/// One session and what it is held by. Tokens are renewed when they are asked for and were refused or are about to end.
pub struct Session {
    identity: Identity,
    open: Open,
    store: Arc<dyn TokenStore>,
    clock: Arc<dyn Clock>,
    held: Mutex<Held>,
    /// One refresh at a time: a refresh token is good for one use, and a second use ends the session.
    turn: Turn<()>,
    state: watch::Sender<SessionState>,
}

struct Held {
    tokens: Tokens,
    /// By this device's own steady clock; unknown where the wall clock makes no sense of what the server said.
    ends: Option<Instant>,
    refused: bool,
}

/// What is kept of a session between two starts.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    identity: Identity,
    access_token: Secret,
    refresh_token: Secret,
}

impl Session {
    /// The session of a login, kept from now on.
    pub(crate) async fn begin(
        user_id: UserId,
        session: crate::api::Granted,
        open: Open,
        store: Arc<dyn TokenStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, ClientError> {
        let identity = Identity { user_id, session_id: session.id };
        let ends = life(session.tokens.access_expires_at, clock.now()).map(|life| Instant::now() + life);
        let held = Held { tokens: session.tokens, ends, refused: false };
        let begun = Self::of(identity, held, open, store, clock);
        begun.keep().await?;
        Ok(begun)
    }

    /// The session that was kept on this device, if there is one.
    pub(crate) async fn restore(
        open: Open,
        store: Arc<dyn TokenStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Option<Arc<Self>>, ClientError> {
        let Some(text) = store.load().await? else { return Ok(None) };
        let Ok(kept) = serde_json::from_str::<Kept>(text.expose()) else { return Ok(None) };
        let tokens =
            Tokens { access_token: kept.access_token, refresh_token: kept.refresh_token, access_expires_at: None };
        let held = Held { tokens, ends: None, refused: false };
        Ok(Some(Self::of(kept.identity, held, open, store, clock)))
    }

    fn of(identity: Identity, held: Held, open: Open, store: Arc<dyn TokenStore>, clock: Arc<dyn Clock>) -> Arc<Self> {
        let (held, turn) = (Mutex::new(held), Turn::new(()));
        Arc::new(Self { identity, open, store, clock, held, turn, state: watch::Sender::new(SessionState::Live) })
    }

    /// Who is logged in.
    #[must_use]
    pub const fn identity(&self) -> Identity {
        self.identity
    }

    /// Where it stands, and each change of that: its end comes once.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<SessionState> {
        self.state.subscribe()
    }

    /// A token that is good as far as is known here.
    ///
    /// # Errors
    /// The session is over, or it cannot be renewed right now.
    pub(crate) async fn bearer(self: &Arc<Self>) -> Result<Secret, ClientError> {
        if let Some(token) = self.good()? {
            return Ok(token);
        }
        let renewing = self.clone();
        // In a task of its own: a caller that goes away must not lose the one answer that has the next token.
        let renewed = tokio::spawn(async move { renewing.renew().await });
        renewed.await.unwrap_or(Err(ClientError::Stopped))
    }

    /// The server did not take this token: the next one who asks gets another.
    pub(crate) fn refuse(&self, token: &Secret) {
        let mut held = self.held();
        held.refused |= held.tokens.access_token == *token;
    }

    /// Ends it here and there. Here it ends whatever the server says.
    ///
    /// # Errors
    /// The token store failed: the tokens may still lie there.
    pub(crate) async fn log_out(self: &Arc<Self>) -> Result<(), ClientError> {
        if let Ok(bearer) = self.bearer().await {
            // Unreachable, the session ends on the server by its own time.
            let _ = self.open.log_out(bearer).await;
        }
        self.end(SessionState::LoggedOut).await
    }

    async fn renew(self: &Arc<Self>) -> Result<Secret, ClientError> {
        let _turn = self.turn.lock().await;
        // Somebody else's turn was it.
        if let Some(token) = self.good()? {
            return Ok(token);
        }
        let refresh = self.held().tokens.refresh_token.clone();
        match self.open.refresh(refresh).await {
            Ok(granted) => {
                let ends = life(granted.tokens.access_expires_at, self.clock.now()).map(|life| Instant::now() + life);
                let token = granted.tokens.access_token.clone();
                *self.held() = Held { tokens: granted.tokens, ends, refused: false };
                if let Err(error) = self.keep().await {
                    tracing::warn!(%error, "the new tokens were not kept: after a restart one has to log in again");
                }
                Ok(token)
            }
            Err(error) if error.blames_token() => {
                self.end(SessionState::Ended).await?;
                Err(ClientError::LoggedOut)
            }
            Err(error) => Err(error),
        }
    }

    /// The token in hand, if nothing speaks against it.
    fn good(&self) -> Result<Option<Secret>, ClientError> {
        if *self.state.borrow() != SessionState::Live {
            return Err(ClientError::LoggedOut);
        }
        let held = self.held();
        let soon = held.ends.is_some_and(|ends| ends <= Instant::now() + MARGIN);
        Ok((!held.refused && !soon).then(|| held.tokens.access_token.clone()))
    }

    async fn keep(&self) -> Result<(), ClientError> {
        let kept = {
            let held = self.held();
            let (access_token, refresh_token) = (held.tokens.access_token.clone(), held.tokens.refresh_token.clone());
            Kept { identity: self.identity, access_token, refresh_token }
        };
        let text = serde_json::to_string(&kept).map_err(|_| ClientError::Stopped)?;
        Ok(self.store.save(&Secret::new(text)).await?)
    }

    async fn end(&self, state: SessionState) -> Result<(), ClientError> {
        let ended = self.state.send_if_modified(|known| {
            let first = *known == SessionState::Live;
            if first {
                *known = state;
            }
            first
        });
        if ended { Ok(self.store.clear().await?) } else { Ok(()) }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a token is good from now on, as far as this device's clock makes sense.
fn life(ends: Option<Timestamp>, now: Timestamp) -> Option<Duration> {
    ends.map(|ends| ends.since(now)).filter(|life| !life.is_zero() && *life <= LONGEST_LIFE)
}
