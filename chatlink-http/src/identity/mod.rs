//! Routes of registration, sessions, password reset, passkeys and changes of the account.

mod account;
mod answer;
mod caller;
mod dto;
mod factor;
mod passkeys;
mod registrations;
mod resets;
mod security;
mod sessions;
#[cfg(test)]
mod tests;

pub(crate) use caller::From;
pub(crate) use dto::SessionItem;
pub(crate) use passkeys::PasskeyItem;
pub(crate) use security::SecurityLogItem;

use crate::Edge;
use utoipa_axum::router::OpenApiRouter;

/// The routes of this domain, below `/v1`. Where a host's verifier says who people are, they answer
/// like paths that are not there.
pub(crate) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .merge(registrations::routes())
        .merge(sessions::routes())
        .merge(resets::routes())
        .merge(account::routes())
        .merge(factor::routes())
        .merge(passkeys::routes())
        .merge(security::routes())
}
