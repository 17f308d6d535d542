//! What people write: checked once, right from then on.

use super::NewPoll;
use crate::{error::Invalid, words::without_nul};
use chatlink_protocol::{
    AskedPoll, ClientId, EventId, Timestamp, UserId,
    frame::{ForwardOf, TEXT_BYTES},
};
use std::{str::FromStr, time::Duration};

/// A message's words: 1 byte to 16 KiB of UTF-8, not only white space, no NUL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(String);

/// A reaction: an emoji or a short name, 1 to 64 bytes without spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReactionKey(String);

/// How long a message stays: 1 second to a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Life(Duration);

/// People whom a message may name.
pub const MAX_MENTIONS: usize = 50;

/// A message to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// The sender's name for it.
    pub client_id: ClientId,
    /// The words.
    pub content: Content,
    /// Members who are named in it, each once.
    pub mentions: Vec<UserId>,
    /// Whether it names all members.
    pub mentions_all: bool,
    /// The message it answers.
    pub reply_to: Option<EventId>,
    /// When it shall be gone, from its commit on.
    pub expires_in: Option<Life>,
    /// Makes a poll of it: the words are the question.
    pub poll: Option<NewPoll>,
    /// The message in whose thread it stands.
    pub thread: Option<EventId>,
}

/// Where a message's words come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The sender wrote them.
    Written(Text),
    /// They are those of another message that the sender may read.
    Forwarded(ForwardOf),
}

/// A request to send a message, as it came.
#[derive(Clone, Debug)]
pub struct Sending {
    /// The sender's name for it.
    pub client_id: ClientId,
    /// The words; none where another message is passed on.
    pub text: Option<String>,
    /// The message whose words are passed on. It need not be there: that is found out when it is sent.
    pub forward: Option<ForwardOf>,
    /// The message it answers.
    pub reply_to: Option<EventId>,
    /// Seconds until it is gone.
    pub expires_in: Option<u64>,
    /// Members who are named in it.
    pub mentions: Vec<UserId>,
    /// Whether it names all members.
    pub mentions_all: bool,
    /// Makes a poll of it: the words are the question.
    pub poll: Option<AskedPoll>,
    /// The message in whose thread it stands.
    pub thread: Option<EventId>,
}

impl Sending {
    /// Plain words, which name nobody.
    #[must_use]
    pub fn words(client_id: ClientId, text: &str) -> Self {
        Self {
            client_id,
            text: Some(text.to_owned()),
            forward: None,
            reply_to: None,
            expires_in: None,
            mentions: Vec::new(),
            mentions_all: false,
            poll: None,
            thread: None,
        }
    }

    /// Checks all members of the request at once.
    ///
    /// # Errors
    /// Each wrong field by its name.
    pub fn parse(self) -> Result<NewMessage, Invalid> {
        let Self { client_id, text, forward, reply_to, expires_in, mut mentions, mentions_all, poll, thread } = self;
        let mut invalid = Invalid::default();
        let content = match (text, forward) {
            (None, Some(of)) => Some(Content::Forwarded(of)),
            (text, None) => invalid.take(text.unwrap_or_default().parse()).map(Content::Written),
            (Some(_), Some(_)) => {
                invalid.push("text", "not_with_forward", "what is passed on has words of its own");
                None
            }
        };
        if forward.is_some() && reply_to.is_some() {
            invalid.push("reply_to", "not_with_forward", "what is passed on answers nothing");
        }
        if forward.is_some() && poll.is_some() {
            invalid.push("poll", "not_with_forward", "what is passed on asks nothing");
        }
        let poll = poll.and_then(|poll| invalid.take(NewPoll::parse(&poll)));
        let expires_in = expires_in.and_then(|seconds| invalid.take(Life::from_secs(seconds)));
        if mentions.len() > MAX_MENTIONS {
            invalid.push("mentions", "too_many", format!("{MAX_MENTIONS} people at most"));
        }
        mentions.sort_unstable();
        mentions.dedup();
        match content {
            Some(content) => invalid.check().map(|()| NewMessage {
                client_id,
                content,
                mentions,
                mentions_all,
                reply_to,
                expires_in,
                poll,
                thread,
            }),
            None => Err(invalid),
        }
    }
}

impl NewMessage {
    /// A message of plain words, all members checked at once.
    ///
    /// # Errors
    /// Each wrong field by its name.
    pub fn parse(
        client_id: ClientId,
        text: &str,
        reply_to: Option<EventId>,
        expires_in: Option<u64>,
    ) -> Result<Self, Invalid> {
        Sending { reply_to, expires_in, ..Sending::words(client_id, text) }.parse()
    }
}

impl Text {
    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The words, taken out.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl FromStr for Text {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            _ if text.trim().is_empty() => Err(Invalid::field("text", "required", "say something")),
            _ if text.len() > TEXT_BYTES => Err(Invalid::field("text", "too_long", "16 KiB of UTF-8 at most")),
            _ => without_nul("text", text).map(|text| Self(text.to_owned())),
        }
    }
}

impl ReactionKey {
    /// The key, taken out.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl FromStr for ReactionKey {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = |c: char| c.is_whitespace() || c.is_control();
        match text.len() {
            1..=64 if !text.contains(bad) => Ok(Self(text.to_owned())),
            _ => Err(Invalid::field("key", "bad_reaction", "1 to 64 bytes without spaces")),
        }
    }
}

impl Life {
    /// A life of so many seconds.
    ///
    /// # Errors
    /// 0, or above a year.
    pub fn from_secs(seconds: u64) -> Result<Self, Invalid> {
        match seconds {
            1..=31_536_000 => Ok(Self(Duration::from_secs(seconds))),
            _ => Err(Invalid::field("expires_in", "out_of_range", "1 to 31,536,000 seconds")),
        }
    }

    /// Its end, for a message sent at `now`.
    #[must_use]
    pub fn end(self, now: Timestamp) -> Timestamp {
        now.plus(self.0)
    }

    /// So many seconds.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0.as_secs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_wrong_fields_are_named() {
        let id = ClientId::from_uuid(uuid::Uuid::from_u128(1));
        let error = NewMessage::parse(id, " \n", None, Some(0)).unwrap_err();
        let fields: Vec<_> = error.0.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["text", "expires_in"]);
        assert!(NewMessage::parse(id, &"x".repeat(TEXT_BYTES), None, Some(1)).is_ok());
        assert!(NewMessage::parse(id, &"x".repeat(TEXT_BYTES + 1), None, None).is_err());
    }
}
