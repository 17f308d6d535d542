//! Which pages may act with the cookie of a person, and which of other origins with a token.

use axum::http::{HeaderMap, header};

/// Pages by their origins: an exact list (`https://chat.example.org`) without wildcards, and on a
/// developer's machine any loopback page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    exact: Vec<String>,
    loopback: bool,
}

impl Origins {
    /// Exactly these.
    pub fn exact(origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let tidy = |origin: String| origin.trim_end_matches('/').to_ascii_lowercase();
        Self { exact: origins.into_iter().map(|origin| tidy(origin.into())).collect(), loopback: false }
    }

    /// Also `http` pages of localhost, 127.0.0.1 and \[::1\] at any port.
    #[must_use]
    pub fn and_loopback(mut self) -> Self {
        self.loopback = true;
        self
    }

    /// Whether there is no page at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && !self.loopback
    }

    /// Whether a page of this origin is among them. `null`, which any sandboxed frame can have, never is.
    #[must_use]
    pub fn allow(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        origin != "null" && (self.exact.contains(&origin) || (self.loopback && is_loopback(&origin)))
    }

    /// Whether the page that a request says it comes from is among them.
    #[must_use]
    pub(crate) fn allow_page_of(&self, headers: &HeaderMap) -> bool {
        let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
        origin.is_some_and(|origin| self.allow(origin))
    }

    /// Whether a request that carries the cookie comes from an allowed page. Browsers tell it by
    /// `Origin`, and where they leave that out by `Sec-Fetch-Site`; a request with neither is no
    /// browser's.
    #[must_use]
    pub fn admit(&self, headers: &HeaderMap) -> bool {
        if let Some(origin) = headers.get(header::ORIGIN) {
            return origin.to_str().is_ok_and(|origin| self.allow(origin));
        }
        match headers.get("sec-fetch-site").map(|site| site.as_bytes()) {
            None | Some(b"same-origin" | b"none") => true,
            Some(_) => false,
        }
    }
}

/// `http://` a loopback name, with or without a port.
fn is_loopback(origin: &str) -> bool {
    origin.strip_prefix("http://").is_some_and(is_loopback_host)
}

/// Whether a `Host` header or the authority of an origin names this machine itself.
pub fn is_loopback_host(authority: &str) -> bool {
    let names = ["localhost", "127.0.0.1", "[::1]"];
    let is_port = |rest: &str| rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    names.iter().any(|name| authority.strip_prefix(name).is_some_and(|rest| rest.is_empty() || is_port(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_static(value))])
    }

    #[test]
    fn only_the_listed_and_exactly() {
        let origins = Origins::exact(["https://chat.example.org/"]);
        assert!(origins.allow("https://chat.example.org"));
        for bad in [
            "http://chat.example.org",
            "https://chat.example.org:8443",
            "https://evil.example.org",
            "https://chat.example.org.evil.net",
            "null",
            "",
            "http://localhost:8080",
        ] {
            assert!(!origins.allow(bad), "{bad}");
        }
    }

    #[test]
    fn no_list_lets_everybody_in() {
        let origins = Origins::exact(["*", "null", "https://*.example.org"]);
        for bad in ["https://a.example.org", "null", "NULL", "https://example.org"] {
            assert!(!origins.allow(bad), "{bad}");
        }
        assert!(Origins::default().is_empty() && !Origins::default().and_loopback().is_empty());
    }

    #[test]
    fn loopback_is_a_name_and_a_port_and_nothing_more() {
        let origins = Origins::default().and_loopback();
        for good in ["http://localhost", "http://localhost:5173", "http://127.0.0.1:8080", "http://[::1]:1"] {
            assert!(origins.allow(good), "{good}");
        }
        for bad in ["http://localhost.evil.net", "http://127.0.0.1.nip.io", "https://localhost", "http://localhost:x"] {
            assert!(!origins.allow(bad), "{bad}");
        }
    }

    #[test]
    fn browsers_tell_where_a_request_comes_from() {
        let origins = Origins::exact(["https://a.example"]);
        assert!(origins.admit(&headers("origin", "https://a.example")));
        assert!(!origins.admit(&headers("origin", "https://b.example")));
        assert!(origins.admit(&headers("sec-fetch-site", "same-origin")));
        assert!(!origins.admit(&headers("sec-fetch-site", "cross-site")));
        assert!(!origins.admit(&headers("sec-fetch-site", "same-site")));
        assert!(origins.admit(&HeaderMap::new()));
    }
}
