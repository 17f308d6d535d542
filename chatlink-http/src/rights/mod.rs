//! Routes of what people may ask of what is kept about them: all of it, and that it goes.

mod delete;
mod document;
mod doors;
mod export;

use crate::Edge;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this domain, below `/v1`.
pub(crate) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(delete::delete_me)).routes(routes!(export::export_me))
}
