//! The session cookie of browsers.

use axum::http::{HeaderMap, HeaderValue, header};
use std::time::Duration;

/// Name and reach of the session cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    name: String,
    secure: bool,
}

impl Default for Cookie {
    /// `__Host-chatlink`: https only, this host only.
    fn default() -> Self {
        Self::host("chatlink")
    }
}

impl Cookie {
    /// `__Host-` and the name: browsers take it over https alone and from this host alone.
    #[must_use]
    pub fn host(name: &str) -> Self {
        Self { name: format!("__Host-{name}"), secure: true }
    }

    /// `chatlink-dev`, without `Secure`: for plain http on loopback, nowhere else.
    #[must_use]
    pub fn plain_loopback() -> Self {
        Self { name: "chatlink-dev".to_owned(), secure: false }
    }

    /// The `Set-Cookie` that gives a browser its session's token, for `life`.
    #[must_use]
    pub fn set(&self, token: &str, life: Duration) -> HeaderValue {
        self.header(token, life.as_secs())
    }

    /// The `Set-Cookie` that takes it away.
    #[must_use]
    pub fn clear(&self) -> HeaderValue {
        self.header("", 0)
    }

    /// The token that a browser sent along.
    #[must_use]
    pub fn read<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == self.name && !value.is_empty()).then_some(value))
    }

    fn header(&self, value: &str, seconds: u64) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", self.name);
        // Tokens are base64url and names our own; a foreign byte gives no cookie instead of a broken one.
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_keeps_it_from_scripts_and_from_other_sites() {
        let header = Cookie::default().set("abc", Duration::from_secs(60));
        let text = "__Host-chatlink=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure";
        assert_eq!(header.to_str().unwrap(), text);
        let plain = Cookie::plain_loopback().clear();
        assert_eq!(plain.to_str().unwrap(), "chatlink-dev=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn reads_its_own_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=b; chatlink-dev=x=y"));
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-chatlink=t"));
        assert_eq!(Cookie::default().read(&headers), Some("t"));
        assert_eq!(Cookie::plain_loopback().read(&headers), Some("x=y"));
        assert_eq!(Cookie::host("other").read(&headers), None);
    }
}
