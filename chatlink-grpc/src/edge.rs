//! What every method of this edge can ask for: the engine, and who calls.

use crate::{Drain, access, refusal::OrRefuse as _, refusal::refusal};
use axum::extract::ConnectInfo;
use chatlink_core::{
    ChatLink,
    identity::{Caller, MailLanguage},
    services::ServiceError,
};
use chatlink_protocol::ErrorCode;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tonic::{Request, Status, metadata::MetadataMap};

/// The longest name of a device that is kept, in characters.
const DEVICE_CHARS: usize = 40;

/// The one type that all services are implemented for.
pub(crate) struct Edge {
    pub(crate) chat: ChatLink,
    /// Ends the streams.
    pub(crate) drain: Drain,
}

impl Edge {
    /// The other end of a call of registration or sessions: its address for budgets, its device for the list of
    /// sessions, its language for mails. Refused where there are no logins, and to service tokens.
    pub(crate) fn caller<T>(&self, request: &Request<T>) -> Result<Caller, Status> {
        if !self.chat.identity().has_logins() {
            return Err(refusal(ErrorCode::NotFound));
        }
        if access::is_service(request.metadata()) {
            return Err(ServiceError::Never).or_refuse();
        }
        let (address, metadata) = (address(request), request.metadata());
        Ok(Caller {
            address: Some(address),
            device: device(text(metadata, "user-agent")),
            language: MailLanguage::preferred(text(metadata, "accept-language")),
        })
    }
}

/// The address that limits are counted by; `0.0.0.0` when the app is served without connect info.
pub(crate) fn address<T>(request: &Request<T>) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
    peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// The token of a call, where it has one.
pub(crate) fn bearer(metadata: &MetadataMap) -> Option<&str> {
    let (scheme, token) = metadata.get("authorization")?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim()).filter(|token| !token.is_empty())
}

fn text<'m>(metadata: &'m MetadataMap, name: &str) -> &'m str {
    metadata.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

/// Programs name themselves first, and then the library that they call by: `my-bot/1.0 grpc-python/1.76`.
fn device(user_agent: &str) -> String {
    user_agent.split_whitespace().next().unwrap_or("").chars().take(DEVICE_CHARS).collect()
}
