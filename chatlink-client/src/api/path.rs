//! Paths and queries, with everything in them escaped.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::Display;

/// A path below the server's base, with its query.
#[derive(Clone, Debug)]
pub(super) struct Path {
    text: String,
    asked: bool,
}

impl Path {
    /// A path without variables, `/v1/rooms`.
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), asked: false }
    }

    /// One more segment, whatever is in it.
    pub(super) fn then(mut self, segment: impl Display) -> Self {
        self.text.push('/');
        self.text.extend(utf8_percent_encode(&segment.to_string(), NON_ALPHANUMERIC));
        self
    }

    /// A member of the query, where there is a value.
    pub(super) fn query(mut self, name: &str, value: Option<impl Display>) -> Self {
        let Some(value) = value else { return self };
        self.text.push(if self.asked { '&' } else { '?' });
        self.asked = true;
        self.text.push_str(name);
        self.text.push('=');
        self.text.extend(utf8_percent_encode(&value.to_string(), NON_ALPHANUMERIC));
        self
    }
}

impl From<Path> for String {
    fn from(path: Path) -> Self {
        path.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_stays_in_its_place() {
        let path = Path::new("/v1/rooms").then("a/../b?c").then("👍").query("cursor", Some("x&y=1"));
        let path = path.query("limit", None::<u32>).query("q", Some("ü"));
        assert_eq!(String::from(path), "/v1/rooms/a%2F%2E%2E%2Fb%3Fc/%F0%9F%91%8D?cursor=x%26y%3D1&q=%C3%BC");
    }
}
