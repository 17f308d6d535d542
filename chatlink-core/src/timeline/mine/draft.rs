//! A message that is not sent yet.

use crate::{error::Invalid, timeline::UserNote, words::without_nul};
use chatlink_protocol::{EventId, RoomId, Timestamp, UserId, frame::TEXT_BYTES};
use serde::{Deserialize, Serialize};

/// The kind of a draft in its writer's log.
pub const DRAFT: &str = "draft";

/// What somebody has begun to write in a room: what a message may be, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    text: String,
    reply_to: Option<EventId>,
}

/// A draft as it stands in its writer's log, which is where it is kept. Without a text there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftBody {
    /// The words so far.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
    /// The message it will answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reply_to: Option<EventId>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub updated_at: Option<Timestamp>,
}

impl Draft {
    /// Reads a draft: at most 16 KiB, no NUL. White space alone is none.
    ///
    /// # Errors
    /// The field `text`.
    pub fn parse(text: &str, reply_to: Option<EventId>) -> Result<Self, Invalid> {
        match text {
            _ if text.trim().is_empty() => Ok(Self::default()),
            _ if text.len() > TEXT_BYTES => Err(Invalid::field("text", "too_long", "16 KiB of UTF-8 at most")),
            _ => without_nul("text", text).map(|text| Self { text: text.to_owned(), reply_to }),
        }
    }

    /// As it is kept.
    pub(crate) fn body(self, now: Timestamp) -> DraftBody {
        match self.text.is_empty() {
            true => DraftBody { text: None, reply_to: None, updated_at: None },
            false => DraftBody { text: Some(self.text), reply_to: self.reply_to, updated_at: Some(now) },
        }
    }
}

/// The note that takes a draft's place where its writer is no member any more.
pub(crate) fn no_draft(user_id: UserId, room_id: RoomId) -> UserNote {
    UserNote { user_id, kind: DRAFT, subject: room_id.to_string(), body: serde_json::json!({}) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_what_a_message_may_be_or_nothing() {
        let now = Timestamp::from_micros(5);
        for nothing in ["", " \n"] {
            let body = Draft::parse(nothing, None).unwrap().body(now);
            assert_eq!(serde_json::to_value(body).unwrap(), serde_json::json!({}));
        }
        let body = Draft::parse(" hel", None).unwrap().body(now);
        assert_eq!((body.text.as_deref(), body.updated_at), (Some(" hel"), Some(now)));
        assert!(Draft::parse(&"x".repeat(TEXT_BYTES), None).is_ok());
        assert_eq!(Draft::parse(&"x".repeat(TEXT_BYTES + 1), None).unwrap_err().0[0].code, "too_long");
        assert_eq!(Draft::parse("a\0", None).unwrap_err().0[0].code, "bad_character");
    }
}
