//! Link previews on the wire.

use crate::{Auth, Edge, Json, Problem};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use chatlink_core::{ChatLink, previews};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A link of a message.
#[derive(Deserialize, ToSchema)]
struct LinkPreviewRequest {
    /// `https://…` or `http://…`, at most 2,048 bytes. In the body, so that it stands in no log of addresses.
    url: String,
}

/// What a page says of itself: its own words, to be shown as text and believed by nobody.
#[derive(Serialize, ToSchema)]
struct LinkPreview {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Whose page it is, by its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<String>,
}

pub(crate) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(preview_link))
}

/// What the page behind a link says of itself. The server fetches it, from the public web alone, and keeps it for an
/// hour; the reader's device tells nobody that it was there. 403 where the deployment shows no previews.
#[utoipa::path(post, path = "/link-previews", tag = "timeline", request_body = LinkPreviewRequest,
    responses((status = 200, description = "Its words.", body = LinkPreview),
              (status = 204, description = "It says nothing, or is not to be had.")))]
async fn preview_link(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    Json(request): Json<LinkPreviewRequest>,
) -> Result<Response, Problem> {
    let Some(preview) = chat.previews().preview(me.user_id, &request.url).await? else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let previews::Preview { title, description, site } = preview;
    Ok(Json(LinkPreview { title, description, site }).into_response())
}
