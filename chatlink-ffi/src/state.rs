//! Where the connection and the session stand.

use crate::{ObserverError, Subscription, tasks::Tasks, watch::Ear};
use std::sync::Arc;
use tokio::sync::watch::Receiver;

/// Where the connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ConnectionState {
    /// Nobody wants one: in the background.
    Paused,
    /// A line is being opened.
    Connecting {
        /// Lines that fell since the last good one.
        tries: u32,
    },
    /// The line is up.
    Ready,
    /// The line fell, and is opened again in a while.
    Waiting {
        /// Lines that fell since the last good one.
        tries: u32,
    },
    /// For good: the session is over.
    Closed,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum SessionState {
    /// It is good, as far as is known.
    Live,
    /// The server does not take it any more: revoked, expired, or its account is gone. Log in again.
    Ended,
    /// The person logged out on this device.
    LoggedOut,
}

/// Hears where the connection and the session stand: how it is, and then each change. Who is slow hears the last one.
#[uniffi::export(foreign)]
pub trait StateObserver: Send + Sync + 'static {
    /// The connection stands there now.
    ///
    /// # Errors
    /// None that change anything.
    fn connection(&self, state: ConnectionState) -> Result<(), ObserverError>;

    /// The session stands there now. Its end comes once.
    ///
    /// # Errors
    /// None that change anything.
    fn session(&self, state: SessionState) -> Result<(), ObserverError>;
}

pub(crate) fn observe(
    tasks: &Tasks,
    connection: Receiver<chatlink_client::ConnectionState>,
    session: Receiver<chatlink_client::SessionState>,
    observer: Arc<dyn StateObserver>,
) -> Arc<Subscription> {
    Subscription::of(tasks, observer, |ear| follow(ear, connection, session))
}

async fn follow(
    ear: Ear<dyn StateObserver>,
    mut connection: Receiver<chatlink_client::ConnectionState>,
    mut session: Receiver<chatlink_client::SessionState>,
) {
    connection.mark_changed();
    session.mark_changed();
    loop {
        tokio::select! {
            Ok(()) = session.changed() => {
                let state = SessionState::from(*session.borrow_and_update());
                ear.tell(move |observer| observer.session(state)).await;
            }
            Ok(()) = connection.changed() => {
                let state = ConnectionState::from(*connection.borrow_and_update());
                ear.tell(move |observer| observer.connection(state)).await;
            }
            else => return,
        }
    }
}

impl From<chatlink_client::ConnectionState> for ConnectionState {
    fn from(state: chatlink_client::ConnectionState) -> Self {
        use chatlink_client::ConnectionState as Known;
        match state {
            Known::Paused => Self::Paused,
            Known::Connecting { tries } => Self::Connecting { tries },
            Known::Ready => Self::Ready,
            Known::Waiting { tries } => Self::Waiting { tries },
            Known::Closed => Self::Closed,
        }
    }
}

impl From<chatlink_client::SessionState> for SessionState {
    fn from(state: chatlink_client::SessionState) -> Self {
        use chatlink_client::SessionState as Known;
        match state {
            Known::Live => Self::Live,
            Known::Ended => Self::Ended,
            Known::LoggedOut => Self::LoggedOut,
        }
    }
}
