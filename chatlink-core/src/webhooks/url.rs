//! Where a webhook is.

use crate::error::Invalid;
use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

/// The most bytes of an address.
const MOST: usize = 2_048;

/// Whether plain `http://` is taken to other machines than this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// `https://` alone, but for this very machine.
    #[default]
    Refused,
    /// Whoever runs the installation says that the way there is safe.
    Allowed,
}

/// `https://host/path?query`; `http://` to this machine, or where the operator allows it. Its query may hold a secret, so
/// printing it shows the host alone.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl {
    url: String,
    host: String,
    is_local: bool,
}

impl WebhookUrl {
    /// Reads an address: at most 2,048 bytes of ASCII, without a login and without a fragment.
    ///
    /// # Errors
    /// It is not so; the field is `url`.
    pub fn parse(text: &str, plain: PlainHttp) -> Result<Self, Invalid> {
        let refuse = |code: &str, message: &str| Invalid::field("url", code, message);
        let text = text.trim();
        if text.len() > MOST {
            return Err(refuse("too_long", "2,048 bytes at most"));
        }
        let url = Self::read(text).ok_or_else(|| refuse("not_a_url", "like https://host/path, in ASCII"))?;
        if text.contains('#') || authority(text).contains('@') {
            return Err(refuse("not_allowed", "without a user, a password and a #fragment"));
        }
        let is_plain = !text.get(..8).unwrap_or_default().eq_ignore_ascii_case("https://");
        if is_plain && !url.is_local && plain == PlainHttp::Refused {
            return Err(refuse("plain_http", "https://: what goes there is everything that is said"));
        }
        Ok(url)
    }

    /// What stands in the store; it was checked when it came in.
    #[must_use]
    pub fn stored(text: &str) -> Option<Self> {
        Self::read(text)
    }

    /// The address, with what its query may hold.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// The host, without a port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is this very machine.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        self.is_local
    }

    /// The address for people to see: of a query only that there is one.
    #[must_use]
    pub fn shown(&self) -> String {
        match self.url.split_once('?') {
            Some((address, _)) => format!("{address}?***"),
            None => self.url.clone(),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let is_plain_ascii = text.chars().all(|c| c.is_ascii_graphic() && c != '\\');
        let scheme = text.split_once("://")?.0.to_ascii_lowercase();
        let address = authority(text);
        let address = address.rsplit_once('@').map_or(address, |(_, host)| host);
        let (host, is_local) = host(address)?;
        let is_url = is_plain_ascii && matches!(scheme.as_str(), "https" | "http");
        is_url.then(|| Self { url: text.to_owned(), host: host.to_ascii_lowercase(), is_local })
    }
}

/// What stands between `://` and the path.
fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// The host of `host`, `host:port`, `[::1]` or `[::1]:port`, and whether it is this machine.
fn host(address: &str) -> Option<(&str, bool)> {
    let (host, port) = match address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port),
        None => address.split_at(address.find(':').unwrap_or(address.len())),
    };
    let has_port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    let is_local = if address.starts_with('[') {
        host.parse::<Ipv6Addr>().ok()?.is_loopback()
    } else {
        let is_name = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        if host.is_empty() || !is_name {
            return None;
        }
        host.eq_ignore_ascii_case("localhost") || host.parse::<Ipv4Addr>().is_ok_and(|at| at.is_loopback())
    };
    has_port.then_some((host, is_local))
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookUrl({})", self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        let refused = WebhookUrl::parse(text, PlainHttp::Refused).unwrap_err();
        assert_eq!(refused.0[0].field, "url");
        refused.0[0].code.clone()
    }

    #[test]
    fn an_address_is_https_or_this_machine() {
        for (text, host, is_local) in [
            ("https://hooks.example.org/chat?key=hunter2", "hooks.example.org", false),
            ("HTTPS://Hooks.Example.org:8443", "hooks.example.org", false),
            ("http://127.0.0.1:9000/", "127.0.0.1", true),
            ("http://localhost/x", "localhost", true),
            ("http://[::1]:9000/x", "::1", true),
            ("https://[2001:db8::1]/x", "2001:db8::1", false),
        ] {
            let url = WebhookUrl::parse(text, PlainHttp::Refused).unwrap();
            assert_eq!((url.host(), url.is_local()), (host, is_local), "{text}");
            assert!(!format!("{url:?} {}", url.shown()).contains("hunter2"));
            assert_eq!(WebhookUrl::stored(text), Some(url));
        }
        assert_eq!(code("http://hooks.example.org/"), "plain_http");
        assert!(WebhookUrl::parse("http://hooks.example.org/", PlainHttp::Allowed).is_ok());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in [
            "",
            "hooks.example.org",
            "ftp://hooks.example.org",
            "https://",
            "https:///path",
            "https://a b/",
            "https://a.example\\b/",
            "https://münchen.example/",
            "https://a.example:port/",
            "https://a%2eexample/",
            "https://[zz]/",
            "https://a.example/\nx",
        ] {
            assert_eq!(code(wrong), "not_a_url", "{wrong}");
        }
        for wrong in ["https://me:hunter2@a.example/", "https://me@a.example", "https://a.example/#x"] {
            assert_eq!(code(wrong), "not_allowed", "{wrong}");
        }
        assert_eq!(code(&format!("https://a.example/{}", "x".repeat(MOST))), "too_long");
        // Not this machine, whatever begins like it.
        assert_eq!(code("http://127.0.0.1.example.org/"), "plain_http");
        assert_eq!(code("http://localhost.example.org/"), "plain_http");
    }
}
