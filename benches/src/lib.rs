//! Criterion benches and measurements of ChatLink.

pub mod archive;
pub mod chart;
pub mod crowd;
pub mod exposure;
pub mod guests;
pub mod schema;
pub mod sends;
pub mod server;

use std::time::Duration;

/// The value below which `share` of the sorted values lie: 0.5 the median, 0.99 the slow end.
#[must_use]
pub fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let place = (sorted.len().saturating_sub(1) as f64 * share).round() as usize;
    sorted.get(place).copied().unwrap_or_default()
}
