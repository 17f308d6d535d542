//! Finding what was said.

use super::{Api, Path};
use crate::{ClientError, transport::Method};
use chatlink_protocol::{Event, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// What to look for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Search {
    /// 2 to 200 characters: a part of the text, or up to 16 words that stand in it anywhere.
    pub q: String,
    /// In this room alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_id: Option<RoomId>,
    /// From this person alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<UserId>,
    /// Sent then or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Sent before then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Where the page before ended, with everything else as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A page of what was found, newest first.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Found {
    /// The messages.
    pub items: Vec<Hit>,
    /// Where the next page begins; `None`: everything was looked at.
    pub next_cursor: Option<String>,
    /// `false`: time was up before the page was full.
    pub complete: bool,
}

/// A message that holds what was looked for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Hit {
    /// Its room.
    pub room_id: RoomId,
    /// The message, with the words that stand now.
    pub event: Event,
    /// Where in its text, in code points: from and to, the end not with it.
    pub highlights: Vec<[u32; 2]>,
}

impl Api {
    /// Messages in the person's rooms that hold these words, newest first.
    ///
    /// # Errors
    /// The words are too few or too many.
    pub async fn search(&self, search: &Search) -> Result<Found, ClientError> {
        self.ask(Method::Post, Path::new("/v1/search"), search).await
    }
}
