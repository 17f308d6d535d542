//! How evenly people are shown to each other when many want the same few: the Gini coefficient of
//! exposure without the rule of fair matching and with it.
//!
//! `cargo run --release -p chatlink-benches --bin exposure [people] [days]`

#![allow(clippy::print_stdout, reason = "a measurement tells what it found")]

use chatlink_benches::exposure::{gini_among_equals, gini_of_all, simulate};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<u32>().ok());
    let (people, days) = (numbers.next().unwrap_or(500), numbers.next().unwrap_or(20));
    println!("{people} people, {days} days, each looks at a first page of 10 once a day; counted: the second half");
    for (name, fair) in [("by fit alone", false), ("with the rule", true)] {
        let shown = simulate(u128::from(people), days * 4, fair).await;
        let (all, equals) = (gini_of_all(&shown), gini_among_equals(&shown));
        let mut times: Vec<_> = shown.iter().map(|(_, times)| *times).collect();
        times.sort_unstable();
        let at = |share: f64| times.get(((times.len() - 1) as f64 * share) as usize).copied().unwrap_or(0);
        println!("{name:<14} Gini of all {all:.2}, among people with the same languages {equals:.2}");
        println!(
            "{:<14} shown: a tenth {} times or less, half {}, nine tenths {}, the most {}",
            "",
            at(0.1),
            at(0.5),
            at(0.9),
            at(1.0)
        );
    }
}
