//! `/metrics` for Prometheus, on a listener of its own: nothing that people reach tells of it.

mod page;
mod requests;

#[cfg(feature = "grpc")]
pub(crate) use requests::measure_call;
#[cfg(feature = "traces")]
pub(crate) use requests::method;
pub(crate) use requests::{Requests, measure};

use crate::{database::Opened, time::Time};
use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};
use chatlink_core::{ChatLink, metrics::Metrics, realtime::transport::NodeStats};
use page::Page;

/// What there is to be told of.
#[derive(Clone)]
pub(crate) struct Sources {
    pub(crate) chat: ChatLink,
    pub(crate) store: Opened,
    pub(crate) requests: Requests,
    pub(crate) time: Time,
}

/// The one page of the metrics' listener.
pub(crate) fn router(sources: Sources) -> Router {
    Router::new().route("/metrics", get(show)).with_state(sources)
}

async fn show(State(sources): State<Sources>) -> impl IntoResponse {
    let up = sources.chat.ready().await.is_ok();
    let mut page = Page::default();
    page.gauge(
        "chatlink_up",
        "Whether this node can serve: its store can be read and written.",
        &[("", u64::from(up))],
    );
    page.gauge("chatlink_build_info", "The version that runs.", &[(VERSION, 1)]);
    page.gauge(
        "chatlink_clock_skew_seconds",
        "How far a clock is ahead of the database's: the node's own time, and the machine's, which is not gone by.",
        &[("of=\"node\"", sources.time.skew()), ("of=\"machine\"", sources.time.machine_skew())],
    );
    engine(&mut page, &sources.chat.metrics());
    nodes(&mut page, sources.chat.node_stats());
    pools(&mut page, &sources.store);
    sources.requests.write(&mut page);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page.into_text())
}

const VERSION: &str = concat!("version=\"", env!("CARGO_PKG_VERSION"), "\"");

/// What the engine counts.
fn engine(page: &mut Page, metrics: &Metrics) {
    page.counter(
        "chatlink_acts_total",
        "Acts (messages, edits, reactions and the like) by what became of them.",
        &[
            ("outcome=\"appended\"", metrics.appended),
            ("outcome=\"repeated\"", metrics.repeated),
            ("outcome=\"refused\"", metrics.refused),
            ("outcome=\"failed\"", metrics.failed),
        ],
    );
    page.histogram("chatlink_commit_batch_acts", "Acts that were committed together.", &[("", &metrics.batch)]);
    page.histogram("chatlink_commit_seconds", "How long the store took for a batch.", &[("", &metrics.commit)]);
    page.histogram(
        "chatlink_act_seconds",
        "How long acts took from being handed in to their acknowledgement, waiting for their turn included.",
        &[("", &metrics.act)],
    );
    page.histogram(
        "chatlink_fan_out_sockets",
        "Sockets of this node that an event went to.",
        &[("", &metrics.fan_out)],
    );
    page.counter(
        "chatlink_queue_drops_total",
        "How often a slow socket's queue was dropped and its client told to read anew.",
        &[("", metrics.dropped_queues)],
    );
    page.counter(
        "chatlink_webhook_deliveries_total",
        "Deliveries to webhooks by what became of them; those that failed are tried again.",
        &[("outcome=\"taken\"", metrics.webhooks_taken), ("outcome=\"failed\"", metrics.webhooks_failed)],
    );
    page.counter(
        "chatlink_webhook_events_total",
        "Events in deliveries that were taken.",
        &[("", metrics.webhook_events)],
    );
    page.gauge("chatlink_connections", "Sockets of this node.", &[("", metrics.connections)]);
}

/// What goes between nodes.
fn nodes(page: &mut Page, stats: NodeStats) {
    page.gauge(
        "chatlink_transport_connected",
        "Whether this node hears the others at once; 0 where nothing carries news.",
        &[("", u64::from(stats.connected))],
    );
    page.counter(
        "chatlink_transport_packets_total",
        "Packets between nodes; dropped ones are told by the store, a second later.",
        &[
            ("outcome=\"published\"", stats.published),
            ("outcome=\"heard\"", stats.heard),
            ("outcome=\"dropped\"", stats.dropped),
            ("outcome=\"unreadable\"", stats.unreadable),
        ],
    );
}

fn pools(page: &mut Page, store: &Opened) {
    let mut rows = Vec::new();
    for (name, pool) in store.pools() {
        for (state, number) in [("busy", pool.open.saturating_sub(pool.idle)), ("idle", pool.idle), ("most", pool.most)]
        {
            rows.push((format!("pool=\"{name}\",state=\"{state}\""), u64::from(number)));
        }
    }
    let rows: Vec<_> = rows.iter().map(|(labels, number)| (labels.as_str(), *number)).collect();
    page.gauge("chatlink_store_connections", "Connections to the database, and how many there may be.", &rows);
}

#[cfg(test)]
mod tests {
    use super::*;
    use chatlink_core::metrics::{Distribution, Metrics};
    use std::collections::BTreeSet;

    /// The names of all metrics in a text.
    fn names(text: &str) -> BTreeSet<String> {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let ours = words.filter(|word| word.starts_with("chatlink_"));
        let bare = |word: &str| {
            let end = ["_bucket", "_sum", "_count"].iter().find_map(|end| word.strip_suffix(end));
            end.unwrap_or(word).to_owned()
        };
        ours.map(bare).collect()
    }

    /// The page of a server in a folder of this name.
    async fn exported(name: &str) -> String {
        let folder = std::env::temp_dir().join(format!("chatlink-metrics-{name}-{}", std::process::id()));
        let store = chatlink_store_sqlite::SqliteOptions::new(folder.join("chat.db")).open().await.unwrap();
        let keys = chatlink_core::Keys::new(vec![vec![5; 32]]).unwrap();
        let chat = ChatLink::builder().store(std::sync::Arc::new(store.clone())).keys(keys).build().await.unwrap();
        let requests = Requests::default();
        requests.add("GET", "/v1/me", 200, 0.003);
        let sources = Sources { chat: chat.clone(), store: Opened::Sqlite(store), requests, time: Time::Machine };
        let answer = show(State(sources)).await.into_response();
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        chat.shutdown().await;
        std::fs::remove_dir_all(folder).unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    /// What the dashboard asks for is what is told, all of it.
    #[tokio::test]
    async fn the_dashboard_and_the_page_have_the_same_names() {
        let dashboard = include_str!("../../../deploy/grafana/chatlink.json");
        let parsed: serde_json::Value = serde_json::from_str(dashboard).unwrap();
        let mut asked = BTreeSet::new();
        for panel in parsed["panels"].as_array().unwrap() {
            for target in panel["targets"].as_array().into_iter().flatten() {
                asked.extend(names(target["expr"].as_str().unwrap()));
            }
        }
        assert_eq!(asked, names(&exported("dashboard").await));
    }

    #[tokio::test]
    async fn a_page_is_what_prometheus_reads() {
        let page = exported("page").await;
        assert!(page.contains("chatlink_up 1\n"), "{page}");
        assert!(page.contains("chatlink_store_connections{pool=\"write\",state=\"most\"} 1\n"), "{page}");
        for line in page.lines() {
            let is_comment = line.starts_with("# HELP ") || line.starts_with("# TYPE ");
            let is_sample = line
                .rsplit_once(' ')
                .is_some_and(|(name, value)| name.starts_with("chatlink_") && value.parse::<f64>().is_ok());
            assert!(is_comment || is_sample, "{line}");
        }
    }

    #[test]
    fn a_distribution_is_cumulative_and_ends_with_all() {
        let mut page = Page::default();
        let commit = Distribution { below: vec![(0.1, 2), (1.0, 3)], count: 4, sum: 5.5 };
        engine(&mut page, &Metrics { commit, ..Metrics::default() });
        let text = page.into_text();
        for line in [
            "# TYPE chatlink_commit_seconds histogram",
            "chatlink_commit_seconds_bucket{le=\"0.1\"} 2",
            "chatlink_commit_seconds_bucket{le=\"1\"} 3",
            "chatlink_commit_seconds_bucket{le=\"+Inf\"} 4",
            "chatlink_commit_seconds_sum 5.5",
            "chatlink_commit_seconds_count 4",
        ] {
            assert!(text.lines().any(|told| told == line), "{line}:\n{text}");
        }
    }
}
