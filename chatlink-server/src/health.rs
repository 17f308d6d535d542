//! Whether the process lives, and whether it can serve.

use crate::time::Time;
use axum::{Json, extract::State, http::StatusCode};
use chatlink_core::{ChatLink, StoreError};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// `/healthz`: the process answers.
pub(crate) async fn live() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `/readyz`: what the engine needs can be reached; else 503 and what is down. Why stands in the log: whoever asks here
/// need not know how the store is called.
///
/// Once the node is to end it is `draining`, whatever it can: whoever sends requests here sends them elsewhere.
pub(crate) async fn ready(
    State(Asked { chat, has_transport, time, ending }): State<Asked>,
) -> (StatusCode, Json<Value>) {
    if ending.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "draining", "down": [] })));
    }
    // An engine that has failed is down for good; a store may come back.
    let (engine, store) = match chat.ready().await {
        Ok(()) => (true, true),
        Err(error) => {
            tracing::warn!(error = %chatlink_core::Chain(&error), "not ready");
            let engine = !matches!(error, StoreError::Lost(_));
            (engine, !engine)
        }
    };
    let transport = has_transport.then(|| chat.node_stats().connected);
    let clock = time.is_near().map(|near| ("clock", near));
    let needed: Vec<_> = [("engine", engine), ("store", store)].into_iter().chain(clock).collect();
    told(&needed, transport)
}

/// What is asked how it is.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) chat: ChatLink,
    /// Whether something carries news between nodes. Without it they are a second late, and serve all the same.
    pub(crate) has_transport: bool,
    /// What the node goes by. Far from its database's time it would judge codes and expiries by another one than the
    /// other nodes do.
    pub(crate) time: Time,
    /// Whether the node is to end.
    pub(crate) ending: CancellationToken,
}

/// What each part is, and all of them together: with a part down that is needed nothing goes.
fn told(needed: &[(&str, bool)], transport: Option<bool>) -> (StatusCode, Json<Value>) {
    let ready = needed.iter().all(|(_, up)| *up);
    let parts = || needed.iter().copied().chain(transport.map(|up| ("transport", up)));
    let down: Vec<_> = parts().filter(|(_, up)| !up).map(|(name, _)| name).collect();
    let status = match (ready, down.is_empty()) {
        (true, true) => "ready",
        (true, false) => "degraded",
        (false, _) => "unavailable",
    };
    let mut told = json!({ "status": status, "down": down });
    for (name, up) in parts() {
        told[name] = json!(if up { "up" } else { "down" });
    }
    (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_that_is_down_is_named() {
        let (status, Json(body)) = told(&[("engine", true), ("store", true)], None);
        assert_eq!((status, &body["status"], &body["down"]), (StatusCode::OK, &json!("ready"), &json!([])));
        let (status, Json(body)) = told(&[("engine", true), ("store", false)], None);
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        let down = json!({ "status": "unavailable", "down": ["store"], "engine": "up", "store": "down" });
        assert_eq!(body, down);
        let (status, Json(body)) = told(&[("engine", true), ("store", true)], Some(false));
        let down = json!({
            "status": "degraded", "down": ["transport"], "engine": "up", "store": "up", "transport": "down"
        });
        assert_eq!((status, body), (StatusCode::OK, down), "late is not away");
    }
}
