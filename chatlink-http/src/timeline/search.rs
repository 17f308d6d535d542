//! Search.

use crate::{Auth, Json, Problem};
use axum::extract::State;
use chatlink_core::{
    ChatLink,
    timeline::search::{self, SearchForm},
};
use chatlink_protocol::{Event, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What to look for.
#[derive(Deserialize, ToSchema)]
pub(super) struct SearchRequest {
    /// 2 to 200 characters: a part of the text, or up to 16 words that stand in it anywhere. Case does not
    /// count, nor do diacritics of Latin, Greek and Cyrillic.
    q: String,
    /// In this room alone.
    #[serde(default)]
    room_id: Option<RoomId>,
    /// From this person alone.
    #[serde(default)]
    sender_id: Option<UserId>,
    /// Sent then or later.
    #[serde(default)]
    from: Option<Timestamp>,
    /// Sent before then.
    #[serde(default)]
    until: Option<Timestamp>,
    /// `next_cursor` of the page before, with everything else as it was.
    #[serde(default)]
    cursor: Option<String>,
    /// 1 to 50, 20 unless told; larger is clamped.
    #[serde(default)]
    limit: Option<u32>,
}

/// A page of what was found.
#[derive(Serialize, ToSchema)]
pub(super) struct SearchPage {
    /// Newest first.
    items: Vec<SearchItem>,
    /// Absent where everything was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// False where time was up before the page was full: there may be more under `next_cursor`.
    complete: bool,
}

/// A message that holds what was looked for.
#[derive(Serialize, ToSchema)]
struct SearchItem {
    room_id: RoomId,
    /// The message, with the words that stand now.
    event: Event,
    /// Where in its text, in code points: `[start, end]`, the end not with it. In order, at most 100.
    highlights: Vec<[u32; 2]>,
}

/// Finds messages in the caller's rooms by their words, in any script, newest first. Redacted and expired
/// ones are never found, nor are those of people whom the caller blocks, or of requests that wait.
#[utoipa::path(post, path = "/search", tag = "timeline", request_body = SearchRequest,
    responses((status = 200, description = "A page.", body = SearchPage)))]
pub(super) async fn search(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    Json(request): Json<SearchRequest>,
) -> Result<Json<SearchPage>, Problem> {
    let SearchRequest { q, room_id, sender_id, from, until, cursor, limit } = request;
    let form = SearchForm { q, room_id, sender_id, from, until, cursor, limit };
    let page = chat.search().find(me.user_id, form).await?;
    let items = page.items.into_iter().map(SearchItem::from).collect();
    Ok(Json(SearchPage { items, next_cursor: page.next_cursor, complete: page.complete }))
}

impl From<search::SearchHit> for SearchItem {
    fn from(hit: search::SearchHit) -> Self {
        let highlights = hit.highlights.into_iter().map(|span| [span.start, span.end]).collect();
        Self { room_id: hit.event.room_id, event: hit.event, highlights }
    }
}
