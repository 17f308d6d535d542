//! The expected number of tests per suite, so that no test can vanish unseen.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use super::ledger::Suites;
use crate::failure::{Doing, Failure, Outcome};
use crate::paths;

const HEAD: &str = "\
# How many tests each suite must run at least; fewer is a failure.
# Rewritten by `cargo xtask test --bless-counts`.
";

/// Fails when a suite ran fewer tests than the committed file says, or did not run.
pub(crate) fn check(suites: &Suites, quick: bool) -> Outcome {
    let text = fs::read_to_string(file()).doing("reading tests/expected-counts.txt")?;
    let short = shortfalls(&parse(&text)?, suites, quick);
    if short.is_empty() { Ok(()) } else { Err(Failure::new(short.join("; "))) }
}

/// Makes what ran now what is expected from now on.
pub(crate) fn bless(suites: &Suites) -> Outcome {
    let mut text = String::from(HEAD);
    for (name, tally) in suites {
        let _ = writeln!(text, "{name} {}", tally.passed);
    }
    fs::write(file(), text).doing("writing tests/expected-counts.txt")
}

fn shortfalls(expected: &BTreeMap<String, u32>, suites: &Suites, quick: bool) -> Vec<String> {
    let mut short = Vec::new();
    for (name, least) in expected {
        let ran = suites.get(name).map_or(0, |tally| tally.passed + tally.failed);
        if ran < *least && !(quick && left_out_when_quick(name)) {
            short.push(format!("{name} ran {ran} of at least {least} tests"));
        }
    }
    short
}

fn left_out_when_quick(suite: &str) -> bool {
    suite == "web:browser" || kills(suite)
}

/// Whether this is a test binary called `crash…`: one that kills the server.
pub(crate) fn kills(suite: &str) -> bool {
    suite.rsplit("::").next().is_some_and(|binary| binary.starts_with("crash"))
}

fn parse(text: &str) -> Outcome<BTreeMap<String, u32>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let (name, count) = line.split_once(' ').unwrap_or((line, ""));
            let count = count.trim().parse();
            count
                .map(|count| (name.to_owned(), count))
                .map_err(|_| Failure::new(format!("tests/expected-counts.txt: no count in {line:?}")))
        })
        .collect()
}

fn file() -> PathBuf {
    paths::root().join("tests/expected-counts.txt")
}

#[cfg(test)]
mod tests {
    use super::{parse, shortfalls};
    use crate::test::ledger::{Suites, Tally};

    fn ran(suites: &[(&str, u32)]) -> Suites {
        suites.iter().map(|(name, passed)| ((*name).to_owned(), Tally { passed: *passed, failed: 0 })).collect()
    }

    #[test]
    fn fewer_tests_and_absent_suites_fall_short() {
        let expected = parse("# head\nchatlink-core 3\nweb:vitest 2\n").unwrap();
        assert!(shortfalls(&expected, &ran(&[("chatlink-core", 4), ("web:vitest", 2), ("new", 1)]), false).is_empty());
        let short = shortfalls(&expected, &ran(&[("chatlink-core", 2)]), false);
        assert_eq!(short, ["chatlink-core ran 2 of at least 3 tests", "web:vitest ran 0 of at least 2 tests"]);
    }

    #[test]
    fn a_quick_run_owes_neither_browser_nor_kills() {
        let expected = parse("chatlink-tests::crash_ack 1\nweb:browser 5\nchatlink-core 1\n").unwrap();
        assert_eq!(shortfalls(&expected, &ran(&[]), true), ["chatlink-core ran 0 of at least 1 tests"]);
        assert_eq!(shortfalls(&expected, &ran(&[]), false).len(), 3);
    }

    #[test]
    fn a_line_without_a_count_is_refused() {
        assert!(parse("chatlink-core\n").is_err());
        assert!(parse("chatlink-core many\n").is_err());
    }
}
