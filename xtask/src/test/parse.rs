//! Reading what test runners print.

use super::ledger::{Suites, Tally};
use crate::term;

/// Reads the lines of `cargo nextest run`: one a test, `PASS [ 0.006s] (2/3) suite name`. The
/// failures are listed again after the summary, so reading stops there.
#[derive(Debug, Default)]
pub(crate) struct Nextest {
    over: bool,
}

impl Nextest {
    pub(crate) fn read(&mut self, line: &str, suites: &mut Suites) {
        let line = term::plain(line);
        let mut words = line.split_whitespace();
        let Some(verdict) = words.next() else { return };
        self.over |= verdict == "Summary";
        if self.over || words.next().is_none_or(|word| !word.starts_with('[')) {
            return;
        }
        // What is between the brackets may be one word or two.
        let rest = line.split_once(']').map_or("", |(_, rest)| rest).trim_start();
        let rest = if rest.starts_with('(') { rest.split_once(')').map_or("", |(_, rest)| rest) } else { rest };
        let Some(suite) = rest.split_whitespace().next() else { return };
        match verdict {
            "PASS" | "LEAK" => suites.entry(suite.to_owned()).or_default().passed += 1,
            "FAIL" | "TIMEOUT" | "ABORT" | "LEAK-FAIL" => suites.entry(suite.to_owned()).or_default().failed += 1,
            signal if signal.starts_with("SIG") => suites.entry(suite.to_owned()).or_default().failed += 1,
            _ => {}
        }
    }
}

/// The counts of `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
pub(crate) fn libtest_result(line: &str) -> Option<Tally> {
    let rest = line.trim_start().strip_prefix("test result: ")?;
    let count = |what: &str| {
        let before = &rest[..rest.find(what)?];
        before.split_whitespace().last()?.parse().ok()
    };
    Some(Tally { passed: count(" passed")?, failed: count(" failed")? })
}

/// The crate that `   Doc-tests chatlink_core` announces, as its package is called.
pub(crate) fn doc_tests_of(line: &str) -> Option<String> {
    let name = line.trim_start().strip_prefix("Doc-tests ")?;
    Some(name.trim().replace('_', "-"))
}

/// What a line of a JavaScript test runner says about counts.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WebSummary {
    passed: Option<u32>,
    failed: Option<u32>,
}

impl WebSummary {
    /// A script may run several runners, each with its own summary: they add up.
    pub(crate) fn apply(self, tally: &mut Tally) {
        tally.passed += self.passed.unwrap_or(0);
        tally.failed += self.failed.unwrap_or(0);
    }
}

/// Vitest says `Tests  1 failed | 11 passed (12)`, `node --test` says `ℹ pass 11` and `ℹ fail 1`
/// (`# pass 11` without a terminal).
pub(crate) fn web_summary(line: &str) -> WebSummary {
    let line = term::plain(line);
    let line = line.trim();
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["ℹ" | "#", "pass", count] => WebSummary { passed: count.parse().ok(), failed: None },
        ["ℹ" | "#", "fail" | "cancelled", count] => WebSummary { passed: None, failed: count.parse().ok() },
        ["Tests", rest @ ..] if line.ends_with(')') => vitest(rest),
        _ => WebSummary::default(),
    }
}

fn vitest(words: &[&str]) -> WebSummary {
    let count = |what: &str| {
        let at = words.iter().position(|word| *word == what)?;
        words.get(at.checked_sub(1)?)?.parse().ok()
    };
    WebSummary { passed: count("passed"), failed: count("failed") }
}

/// Lines about failing tests that are repeated at the end of a run.
const TOLD_LINES: usize = 120;

/// What a JavaScript runner lists at its end about the tests that failed: `✖ failing tests:` of node and what
/// follows, the ` FAIL ` blocks of Vitest.
#[derive(Debug, Default)]
pub(crate) struct Failing {
    lines: Vec<String>,
    listing: bool,
}

impl Failing {
    pub(crate) fn read(&mut self, line: &str) {
        let line = term::plain(line);
        self.listing |= line.contains("✖ failing tests:") || line.trim_start().starts_with("FAIL ");
        if self.listing && self.lines.len() < TOLD_LINES {
            self.lines.push(line);
        }
    }

    /// The list as further lines of a message; nothing when nothing was listed.
    pub(crate) fn told(&self) -> String {
        self.lines.iter().map(|line| format!("\n  {line}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Failing, Nextest, doc_tests_of, libtest_result, web_summary};
    use crate::test::ledger::{Suites, Tally};

    fn nextest(text: &str) -> Vec<(String, u32, u32)> {
        let (mut suites, mut reader) = (Suites::new(), Nextest::default());
        text.lines().for_each(|line| reader.read(line, &mut suites));
        suites.into_iter().map(|(name, tally)| (name, tally.passed, tally.failed)).collect()
    }

    #[test]
    fn nextest_lines_are_counted_once_per_suite() {
        let text = "\
    Starting 5 tests across 2 binaries (1 test skipped)
     SIGABRT [   0.005s] (1/5) nx t::ab
  stdout ───
    test t::ab ... FAILED
        PASS [   0.006s] (2/5) nx t::a
        SLOW [> 60.000s] (─────) nx::e2e talk
        PASS [ 61.000s] (3/5) nx::e2e talk
        LEAK [   0.100s] (4/5) nx::e2e leaks
        FAIL [   0.086s] (5/5) nx t::b
────────────
     Summary [   0.092s] 5 tests run: 3 passed, 2 failed, 1 skipped
     SIGABRT [   0.005s] (1/5) nx t::ab
        FAIL [   0.086s] (5/5) nx t::b
";
        assert_eq!(nextest(text), [("nx".to_owned(), 1, 2), ("nx::e2e".to_owned(), 2, 0)]);
    }

    #[test]
    fn nextest_of_other_versions_and_colours_is_read_too() {
        assert_eq!(nextest("\u{1b}[32;1m        PASS\u{1b}[0m [   0.005s] nx t::a"), [("nx".to_owned(), 1, 0)]);
        assert_eq!(nextest("     TIMEOUT [   5.005s] (1/1) nx t::a"), [("nx".to_owned(), 0, 1)]);
        assert_eq!(nextest("FAIL is a word a test may print"), []);
    }

    #[test]
    fn libtest_and_its_doc_tests_are_read() {
        let line = "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(libtest_result(line), Some(Tally { passed: 3, failed: 2 }));
        assert_eq!(libtest_result("test t::a ... ok"), None);
        assert_eq!(doc_tests_of("   Doc-tests chatlink_store_sqlite").as_deref(), Some("chatlink-store-sqlite"));
    }

    #[test]
    fn what_failed_is_told_again() {
        let mut failing = Failing::default();
        ["✔ one goes (3ms)", "ℹ fail 1", "✖ failing tests:", "✖ one stays (4ms)", "  Error: gone"]
            .iter()
            .for_each(|line| failing.read(line));
        assert_eq!(failing.told(), "\n  ✖ failing tests:\n  ✖ one stays (4ms)\n    Error: gone");
        assert_eq!(Failing::default().told(), "");
    }

    #[test]
    fn the_summaries_of_vitest_and_node_are_read() {
        let read = |line: &str| {
            let mut tally = Tally::default();
            web_summary(line).apply(&mut tally);
            (tally.passed, tally.failed)
        };
        assert_eq!(read("      Tests  1 failed | 11 passed | 2 skipped (14)"), (11, 1));
        assert_eq!(read(" Test Files  4 passed (4)"), (0, 0));
        assert_eq!(read("      Tests  12 passed (12)"), (12, 0));
        assert_eq!(read("ℹ pass 7"), (7, 0));
        assert_eq!(read("# fail 2"), (0, 2));
        assert_eq!(read("# pass the salt 2"), (0, 0));
    }
}
