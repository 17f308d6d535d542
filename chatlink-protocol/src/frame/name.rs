//! What a command is called on the wire, for logs and traces.

use super::Command;

impl Command {
    /// Its `type`, as in `send`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Auth { .. } => "auth",
            Self::Send { .. } => "send",
            Self::Edit { .. } => "edit",
            Self::Redact { .. } => "redact",
            Self::React { .. } => "react",
            Self::Unreact { .. } => "unreact",
            Self::Vote { .. } => "vote",
            Self::ClosePoll { .. } => "close_poll",
            Self::Correct { .. } => "correct",
            Self::AcceptCorrection { .. } => "accept_correction",
            Self::DeclineCorrection { .. } => "decline_correction",
            Self::WithdrawCorrection { .. } => "withdraw_correction",
            Self::Pin { .. } => "pin",
            Self::Unpin { .. } => "unpin",
            Self::Delivered { .. } => "delivered",
            Self::Read { .. } => "read",
            Self::ReadThread { .. } => "read_thread",
            Self::Typing { .. } => "typing",
            Self::Watch { .. } => "watch",
            Self::WatchRoom { .. } => "watch_room",
            Self::Resume { .. } => "resume",
            Self::Ping => "ping",
        }
    }
}
