//! What a person shows, who finds him, and who may turn to him first.

use crate::error::Invalid;
use serde::Serialize;
use std::str::FromStr;

/// Who finds a person among the suggested partners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindMe {
    /// Everybody whom the rules let meet the person.
    #[default]
    Everyone,
    /// Nobody; and the person finds nobody.
    Nobody,
}

/// Who may turn to a person first: by a direct room, or an invitation into a group. Who knows the person, or was written
/// to by the person, may in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteFirst {
    /// Everybody whom the rules let meet the person.
    #[default]
    Everyone,
    /// Of these, who speaks or learns a language that the person speaks or learns.
    SharedLanguage,
    /// Nobody.
    Nobody,
}

/// What a person shows of himself, and so sees of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Privacy {
    /// That he is typing.
    pub typing: bool,
    /// How far he read.
    pub read_receipts: bool,
    /// That he is here.
    pub online: bool,
    /// When he was here last.
    pub last_seen: bool,
    /// Himself, to those who look for partners.
    pub find_me: FindMe,
    /// Who may turn to him first; what he may do is nobody's but the others' to say.
    pub write_first: WriteFirst,
}

impl Privacy {
    /// The switches in a `settings` row of a user's own log.
    #[must_use]
    pub(crate) fn of_settings(body: &serde_json::Value) -> Option<Self> {
        let switch = |name| body.get(name)?.as_bool();
        // Absent in rows of before there were these.
        let word = |name| body.get(name).and_then(|word| word.as_str()).unwrap_or_default();
        Some(Self {
            typing: switch("typing")?,
            read_receipts: switch("read_receipts")?,
            online: switch("online")?,
            last_seen: switch("last_seen")?,
            find_me: word("find_me").parse().unwrap_or_default(),
            write_first: word("write_first").parse().unwrap_or_default(),
        })
    }
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            typing: true,
            read_receipts: true,
            online: true,
            last_seen: true,
            find_me: FindMe::default(),
            write_first: WriteFirst::default(),
        }
    }
}

impl Privacy {
    /// Whether the person is suggested to others: can be found, and can be written to by somebody.
    #[must_use]
    pub fn is_suggested(&self) -> bool {
        self.find_me == FindMe::Everyone && self.write_first != WriteFirst::Nobody
    }
}

impl FindMe {
    /// Its name in stores and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Nobody => "nobody",
        }
    }
}

impl FromStr for FindMe {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        [Self::Everyone, Self::Nobody]
            .into_iter()
            .find(|who| who.as_str() == text)
            .ok_or_else(|| Invalid::field("find_me", "unknown_find_me", "everyone or nobody"))
    }
}

impl WriteFirst {
    /// Its name in stores and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::SharedLanguage => "shared_language",
            Self::Nobody => "nobody",
        }
    }
}

impl FromStr for WriteFirst {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        [Self::Everyone, Self::SharedLanguage, Self::Nobody]
            .into_iter()
            .find(|who| who.as_str() == text)
            .ok_or_else(|| Invalid::field("write_first", "unknown_write_first", "everyone, shared_language or nobody"))
    }
}
