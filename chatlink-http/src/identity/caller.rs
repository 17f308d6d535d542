//! The other end of a call, as identity counts and lists it.

use crate::{ClientAddress, Edge, Problem};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use chatlink_core::identity::{Caller, MailLanguage};
use chatlink_protocol::ErrorCode;

/// The caller of a login route: its address for budgets, its device for the list of sessions, its
/// language for mails. Refused with 404 where there are no logins.
pub(crate) struct From(pub(crate) Caller);

impl FromRequestParts<Edge> for From {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Problem> {
        if !edge.chat.identity().has_logins() {
            return Err(Problem::new(ErrorCode::NotFound));
        }
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, edge).await;
        let header = |name| text(&parts.headers, name);
        Ok(Self(Caller {
            address: Some(address),
            device: device(header(header::USER_AGENT)),
            language: MailLanguage::preferred(header(header::ACCEPT_LANGUAGE)),
        }))
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

/// A few words that a person recognises a device by: `Firefox on Linux`. Apps are named as they
/// name themselves.
fn device(user_agent: &str) -> String {
    // The order matters: browsers name the ones they descend from, too.
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) => user_agent.split_whitespace().next().unwrap_or("").chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_as_people_know_them() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36";
        assert_eq!(device(chrome), "Chrome on Linux");
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1";
        assert_eq!(device(safari), "Safari on iPhone");
        assert_eq!(
            device("Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"),
            "Firefox on Windows"
        );
        assert_eq!(device("curl/8.5.0"), "curl/8.5.0");
        assert_eq!(device(""), "");
        assert_eq!(device(&"x".repeat(500)).len(), 40);
    }
}
