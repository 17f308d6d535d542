//! What a learner keeps: the corrections of one's own messages, as a list or a file.

use super::{
    dto::{CorrectionPage, CorrectionsQuery, ReceivedCorrection},
    sheet::Sheet,
};
use crate::{Auth, Edge, Json, Problem, Query};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use chatlink_core::{
    Chain, ChatLink,
    people::Brief,
    timeline::{CORRECTIONS_LIMIT, CorrectionPlace, CorrectionRow, StateFilter},
};
use chatlink_protocol::UserId;
use futures_util::stream;
use std::collections::HashMap;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Corrections of a page, where the caller does not say.
const PAGE: u32 = 50;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(list_corrections))
}

/// Corrections of the caller's own messages, the newest first: a page as JSON, or with `Accept: text/csv` all of them as
/// a table, or with `Accept: text/tab-separated-values` all of them as cards for Anki. The files are UTF-8; the table
/// begins with a byte order mark, for spreadsheets, and no cell of it is taken for a formula. `cursor` and `limit` are
/// for pages alone. A file that fails under way is cut off.
#[utoipa::path(get, path = "/me/corrections", tag = "corrections", params(CorrectionsQuery), responses(
    (status = 200, description = "A page, or a file.", content(
        (CorrectionPage = "application/json"),
        (serde_json::Value = "text/csv"),
        (serde_json::Value = "text/tab-separated-values"),
    )),
))]
async fn list_corrections(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    Query(query): Query<CorrectionsQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let filter = StateFilter::parse(query.state.as_deref())?;
    if let Some(sheet) = asked_for(&headers) {
        return file(chat, me.user_id, filter, sheet).await;
    }
    let limit = query.limit.unwrap_or(PAGE);
    let page = chat.timeline().corrections(me.user_id, filter, query.cursor.as_deref(), limit).await?;
    let briefs = names(&chat, &page.rows).await?;
    let items = page.rows.into_iter().map(|row| ReceivedCorrection::of(row, &briefs)).collect();
    Ok(Json(CorrectionPage { items, next_cursor: page.next_cursor }).into_response())
}

/// The file that the caller asks for: the first media type that it names of those that there are. `None`: a page.
fn asked_for(headers: &HeaderMap) -> Option<Sheet> {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let types = accepted.flat_map(|value| value.split(',')).map(|one| one.split(';').next().unwrap_or("").trim());
    let mut known = types.filter_map(|media| match media {
        "application/json" | "*/*" | "application/*" => Some(None),
        "text/csv" => Some(Some(Sheet::Csv)),
        "text/tab-separated-values" => Some(Some(Sheet::Anki)),
        _ => None,
    });
    known.next().flatten()
}

/// What is written next: a page that is there already, or one after a place.
enum Next {
    Page(Vec<CorrectionRow>),
    After(CorrectionPlace),
    Done,
}

async fn file(chat: ChatLink, me: UserId, filter: StateFilter, sheet: Sheet) -> Result<Response, Problem> {
    // The first page is read before the answer begins, so that a refusal is one.
    let first = chat.timeline().corrections_file(me, filter, None).await?;
    let head = stream::iter([Ok::<_, axum::BoxError>(Bytes::from_static(sheet.head().as_bytes()))]);
    let rest = stream::try_unfold(Next::Page(first), move |next| {
        let chat = chat.clone();
        async move {
            let written = write(&chat, me, filter, sheet, next).await;
            written.inspect_err(|error| tracing::error!(error = %Chain(&**error), "a file was cut off"))
        }
    });
    let headers = [(header::CONTENT_TYPE, sheet.media_type()), (header::CONTENT_DISPOSITION, sheet.disposition())];
    Ok((headers, Body::from_stream(futures_util::StreamExt::chain(head, rest))).into_response())
}

async fn write(
    chat: &ChatLink,
    me: UserId,
    filter: StateFilter,
    sheet: Sheet,
    next: Next,
) -> Result<Option<(Bytes, Next)>, axum::BoxError> {
    let rows = match next {
        Next::Page(rows) => rows,
        Next::After(place) => chat.timeline().corrections_file(me, filter, Some(place)).await?,
        Next::Done => return Ok(None),
    };
    let briefs = names(chat, &rows).await.map_err(|problem| problem.code().title())?;
    let full = rows.len() >= CORRECTIONS_LIMIT as usize;
    let next = rows.last().filter(|_| full).map_or(Next::Done, |row| Next::After(row.place()));
    let mut text = String::new();
    for row in &rows {
        sheet.row(&mut text, row, briefs.get(&row.correction.sender_id).filter(|_| !row.severed));
    }
    Ok(Some((text.into(), next)))
}

/// The names of those who proposed, asked for once.
async fn names(chat: &ChatLink, rows: &[CorrectionRow]) -> Result<HashMap<UserId, Brief>, Problem> {
    let mut people: Vec<UserId> = rows.iter().map(|row| row.correction.sender_id).collect();
    people.sort_unstable();
    people.dedup();
    Ok(chat.people().briefs(&people).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_media_type_counts() {
        let asked = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            asked_for(&headers)
        };
        assert_eq!(asked("text/csv"), Some(Sheet::Csv));
        assert_eq!(asked("text/tab-separated-values;q=0.9, */*"), Some(Sheet::Anki));
        assert_eq!(asked("text/html, application/json, text/csv"), None);
        assert_eq!(asked("image/png"), None);
        assert_eq!(asked_for(&HeaderMap::new()), None);
    }
}
