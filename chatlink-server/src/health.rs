//! Whether the process lives, and whether it can serve.

use axum::{Json, extract::State, http::StatusCode};
use chatlink_core::ChatLink;
use serde_json::{Value, json};

/// `/healthz`: the process answers.
pub(crate) async fn live() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `/readyz`: what the engine needs can be reached; else 503 and what is down.
pub(crate) async fn ready(State(chat): State<ChatLink>) -> (StatusCode, Json<Value>) {
    match chat.ready().await {
        Ok(()) => (StatusCode::OK, Json(json!({ "status": "ready", "store": "up" }))),
        Err(error) => {
            tracing::warn!(error = %chatlink_core::Chain(&error), "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "unavailable", "store": "down" })))
        }
    }
}
