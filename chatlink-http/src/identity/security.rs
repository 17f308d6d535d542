//! The security log.

use super::caller::From;
use crate::{Auth, Edge, Json, Problem, Query, cursor};
use axum::extract::State;
use chatlink_core::{ChatLink, identity::SecurityEvent};
use chatlink_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const LIST: &str = "security-log";
const PAGE: u32 = 50;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(read_security_log))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SecurityLogQuery {
    /// 1 to 100; 50 without.
    limit: Option<u32>,
    /// Where the page before ended.
    cursor: Option<String>,
}

/// What happened to the account, the newest first.
#[derive(Serialize, ToSchema)]
struct SecurityLogPage {
    items: Vec<SecurityLogItem>,
    /// Absent: that was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SecurityLogItem {
    /// `logged_in`, `password_changed`, `second_factor_on` … New kinds may come.
    #[schema(example = "logged_in")]
    kind: &'static str,
    at: Timestamp,
    /// The network that it came from, never the whole address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "192.0.2.0/24")]
    network: Option<String>,
    /// `Firefox on Linux`; empty where it said nothing.
    device: String,
}

/// What happened to one's own account in the last 90 days: logins, changes, and what was tried.
#[utoipa::path(get, path = "/me/security-log", tag = "account", params(SecurityLogQuery),
    responses((status = 200, description = "A page.", body = SecurityLogPage)))]
async fn read_security_log(
    State(chat): State<ChatLink>,
    _: From,
    Auth(me): Auth,
    Query(query): Query<SecurityLogQuery>,
) -> Result<Json<SecurityLogPage>, Problem> {
    let before = query.cursor.as_deref().map(|text| cursor::open(chat.epoch(), LIST, text)).transpose()?;
    let page = chat.identity().security_log(&me, before, query.limit.unwrap_or(PAGE)).await?;
    let next_cursor = page.next.and_then(|next| cursor::seal(chat.epoch(), LIST, &next));
    Ok(Json(SecurityLogPage { items: page.items.into_iter().map(Into::into).collect(), next_cursor }))
}

impl std::convert::From<SecurityEvent> for SecurityLogItem {
    fn from(event: SecurityEvent) -> Self {
        Self {
            kind: event.kind.as_str(),
            at: event.at,
            network: event.origin.prefix.shown(),
            device: event.origin.device,
        }
    }
}
