//! Results of load tests, a line of JSON each, as a table of medians and as a drawing.

use serde_json::Value;
use std::{collections::BTreeMap, fmt::Write as _};

/// A figure of a scenario: where it stands in a line, and what it is called.
struct Figure {
    path: &'static [&'static str],
    name: &'static str,
}

const RATE: Figure = Figure { path: &["msgs_per_s"], name: "messages /s" };
const DELIVERIES: Figure = Figure { path: &["deliveries_per_s"], name: "deliveries /s" };
const CONNECTS: Figure = Figure { path: &["connects_per_s"], name: "connections /s" };
const P50: Figure = Figure { path: &["delivery_ms", "p50"], name: "delivery p50, ms" };
const P99: Figure = Figure { path: &["delivery_ms", "p99"], name: "delivery p99, ms" };
const P999: Figure = Figure { path: &["delivery_ms", "p999"], name: "delivery p99.9, ms" };
const RESUME: Figure = Figure { path: &["resume_ms", "p99"], name: "resumed p99, ms" };
const MESSAGE_CPU: Figure = Figure { path: &["cpu_s_per_1000_msgs"], name: "CPU ms a message" };
const DELIVERY_CPU: Figure = Figure { path: &["cpu_s_per_1000_deliveries"], name: "CPU ms a delivery" };
const CONNECT_CPU: Figure = Figure { path: &["cpu_s_per_1000_connects"], name: "CPU ms a connection" };
const MEMORY: Figure = Figure { path: &["server_kib_per_connection"], name: "KiB a connection" };
const IDLE_CPU: Figure = Figure { path: &["idle_cpu_percent_of_a_core"], name: "idle CPU, % of a core" };

/// What is told of a scenario, by the beginning of its name.
const FIGURES: [(&str, &[Figure]); 6] = [
    ("pairs", &[RATE, P50, P99, P999, MESSAGE_CPU]),
    ("room", &[DELIVERIES, P50, P99, P999, DELIVERY_CPU]),
    ("crowd", &[DELIVERIES, P50, P99, P999, DELIVERY_CPU]),
    ("storm", &[CONNECTS, CONNECT_CPU]),
    ("idle", &[MEMORY, IDLE_CPU]),
    ("reconnect", &[CONNECTS, RESUME, CONNECT_CPU]),
];

/// The load tool's own share, which is nobody's cost.
const TOOL: &str = "load";

/// Results by scenario and server.
#[derive(Debug, Default)]
pub struct Runs(BTreeMap<String, BTreeMap<String, Vec<Value>>>);

/// A median with the least and the most.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Runs {
    /// Reads lines; what is no result is passed over.
    #[must_use]
    pub fn of(lines: &str) -> Self {
        let mut runs = Self::default();
        for line in lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let name = |key: &str| line[key].as_str().map(str::to_owned);
            if let (Some(scenario), Some(peer)) = (name("scenario"), name("peer")) {
                runs.0.entry(scenario).or_default().entry(peer).or_default().push(line);
            }
        }
        runs
    }

    /// Each scenario with its figures.
    fn figures(&self) -> impl Iterator<Item = (&str, Vec<Shown<'_>>)> {
        self.0.iter().filter_map(|(scenario, peers)| {
            let (_, figures) = FIGURES.iter().find(|(begin, _)| scenario.starts_with(begin))?;
            let shown = figures.iter().map(|figure| {
                let of = peers.iter().filter_map(|(peer, runs)| Some((peer.as_str(), spread(runs, figure)?)));
                Shown { name: figure.name, spreads: of.collect() }
            });
            Some((scenario.as_str(), shown.collect()))
        })
    }
}

/// A figure with its spread of each server that has it.
struct Shown<'a> {
    name: &'static str,
    spreads: Vec<(&'a str, Spread)>,
}

fn spread(runs: &[Value], figure: &Figure) -> Option<Spread> {
    let value = |run: &Value| {
        let found = figure.path.iter().try_fold(run, |value, key| value.get(key))?;
        match found.as_object() {
            // The servers' shares together.
            Some(shares) => Some(shares.iter().filter(|(name, _)| *name != TOOL).filter_map(|(_, v)| v.as_f64()).sum()),
            None => found.as_f64(),
        }
    };
    let mut values: Vec<f64> = runs.iter().filter_map(value).collect();
    values.sort_by(f64::total_cmp);
    let (least, most) = (values.first().copied()?, values.last().copied()?);
    Some(Spread { median: values.get(values.len() / 2).copied()?, least, most })
}

/// A table a scenario, as Markdown.
#[must_use]
pub fn table(runs: &Runs) -> String {
    let mut text = String::new();
    for (scenario, figures) in runs.figures() {
        let names: Vec<_> = figures.iter().map(|figure| figure.name).collect();
        let rule = "---|".repeat(names.len() + 1);
        let _ = write!(text, "\n### {scenario}\n\n| | {} |\n|{rule}\n", names.join(" | "));
        let mut peers: Vec<_> =
            figures.iter().flat_map(|figure| figure.spreads.iter().map(|(peer, _)| *peer)).collect();
        peers.sort_unstable();
        peers.dedup();
        for peer in peers {
            let cell = |figure: &Shown<'_>| {
                let found = figure.spreads.iter().find(|(name, _)| *name == peer);
                found.map_or_else(|| "-".to_owned(), |(_, spread)| words(*spread))
            };
            let cells: Vec<_> = figures.iter().map(cell).collect();
            let _ = writeln!(text, "| {peer} | {} |", cells.join(" | "));
        }
    }
    text
}

fn words(spread: Spread) -> String {
    let Spread { median, least, most } = spread;
    if (most - least).abs() < f64::EPSILON {
        return number(median);
    }
    format!("{} ({} to {})", number(median), number(least), number(most))
}

/// Three digits, or all that stand before the point.
fn number(value: f64) -> String {
    if value >= 1_000.0 {
        let digits = format!("{value:.0}");
        let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
        return groups.join(",");
    }
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value if value >= 0.1 => format!("{value:.2}"),
        value => format!("{value:.4}"),
    }
}

const WIDTH: f64 = 860.0;
const LABELS: f64 = 200.0;
const BARS: f64 = 460.0;
const LINE: f64 = 18.0;
/// Readable on white and on black.
const COLOURS: [&str; 7] = ["#2f7ed8", "#d9822b", "#3a9a5b", "#b0519e", "#8a8f98", "#c04848", "#2aa5a0"];

/// A drawing: of each figure a bar a server, as long as its median, with a line from the least to the most.
#[must_use]
pub fn svg(runs: &Runs) -> String {
    let mut peers: Vec<_> = runs.0.values().flat_map(BTreeMap::keys).collect();
    peers.sort_unstable();
    peers.dedup();
    let colour = |peer: &str| {
        let at = peers.iter().position(|other| *other == peer).unwrap_or_default();
        COLOURS.get(at % COLOURS.len()).copied().unwrap_or("#8a8f98")
    };
    let (mut body, mut y) = (String::new(), 8.0);
    for (scenario, figures) in runs.figures() {
        y += LINE * 1.5;
        let _ = writeln!(body, r#"<text x="0" y="{y:.0}" font-weight="bold">{}</text>"#, escaped(scenario));
        for Shown { name, spreads } in figures {
            y += LINE;
            let _ = writeln!(body, r##"<text x="12" y="{y:.0}" fill="#8a8f98">{}</text>"##, escaped(name));
            let most = spreads.iter().map(|(_, spread)| spread.most).fold(f64::MIN_POSITIVE, f64::max);
            for (peer, spread) in spreads {
                y += LINE;
                let x = |value: f64| LABELS + value / most * BARS;
                let (top, middle) = (y - 11.0, y - 5.0);
                let _ = writeln!(
                    body,
                    r#"<text x="24" y="{y:.0}">{peer}</text><rect x="{LABELS}" y="{top:.0}" width="{:.1}" height="12" fill="{}"/><line x1="{:.1}" x2="{:.1}" y1="{middle:.0}" y2="{middle:.0}" stroke="currentColor"/><text x="{:.1}" y="{y:.0}">{}</text>"#,
                    x(spread.median) - LABELS,
                    colour(peer),
                    x(spread.least),
                    x(spread.most),
                    x(spread.most) + 6.0,
                    number(spread.median),
                    peer = escaped(peer),
                );
            }
        }
    }
    let height = y + LINE;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" width=\"{WIDTH}\" \
         height=\"{height:.0}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"currentColor\" color=\"#777\">\n{body}</svg>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"
        {"peer":"a","scenario":"pairs-w1","msgs_per_s":2000,"delivery_ms":{"p50":1,"p99":3,"p999":9},"cpu_s_per_1000_msgs":{"server":0.1,"redis":0.02,"load":5}}
        {"peer":"a","scenario":"pairs-w1","msgs_per_s":1000,"delivery_ms":{"p50":1,"p99":5,"p999":9},"cpu_s_per_1000_msgs":{"server":0.2,"load":5}}
        {"peer":"a","scenario":"pairs-w1","msgs_per_s":1500,"delivery_ms":{"p50":1,"p99":4,"p999":9},"cpu_s_per_1000_msgs":{"server":0.3,"load":5}}
        not a line
        {"peer":"b<","scenario":"idle-10","server_kib_per_connection":8.25}"#;

    #[test]
    fn a_table_holds_medians_and_the_cost_of_the_servers_alone() {
        let table = table(&Runs::of(LINES));
        assert!(
            table.contains("| a | 1,500 (1,000 to 2,000) | 1.00 | 4.00 (3.00 to 5.00) | 9.00 | 0.20 (0.12 to 0.30) |"),
            "{table}"
        );
        assert!(table.contains("| b< | 8.25 | - |"), "{table}");
    }

    #[test]
    fn a_drawing_has_a_bar_each_and_is_well_formed() {
        let svg = svg(&Runs::of(LINES));
        assert_eq!(svg.matches("<rect").count(), 6, "five figures of one server, one of the other");
        assert!(svg.contains("b&lt;") && !svg.contains("b<"), "{svg}");
    }
}
