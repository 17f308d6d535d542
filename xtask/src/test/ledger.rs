//! What the steps of a run came to.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::failure::Outcome;
use crate::term;

/// Tests that ran, per suite: a test binary (`chatlink-core`, `chatlink-tests::directions`), the
/// doc tests of a crate (`doc:chatlink-core`), a runner of the web client (`web:vitest`).
pub(crate) type Suites = BTreeMap<String, Tally>;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

/// Results of all steps; steps may run side by side.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<Vec<Step>>);

struct Step {
    name: &'static str,
    took: Duration,
    outcome: Outcome,
    suites: Suites,
}

impl Ledger {
    /// Runs a step, notes time and outcome, and says whether it succeeded.
    pub(crate) fn step(&self, name: &'static str, work: impl FnOnce(&mut Suites) -> Outcome) -> bool {
        let start = Instant::now();
        let mut suites = Suites::new();
        let outcome = work(&mut suites);
        let ok = outcome.is_ok();
        if let Err(failure) = &outcome {
            println!("{}", term::labelled(name, &term::red(&failure.to_string())));
        }
        self.lock().push(Step { name, took: start.elapsed(), outcome, suites });
        ok
    }

    /// A step that makes something the later ones need; `None` when it failed.
    pub(crate) fn value<T>(&self, name: &'static str, work: impl FnOnce() -> Outcome<T>) -> Option<T> {
        let mut made = None;
        self.step(name, |_| {
            made = Some(work()?);
            Ok(())
        });
        made
    }

    pub(crate) fn is_green(&self) -> bool {
        self.lock().iter().all(|step| step.outcome.is_ok())
    }

    pub(crate) fn suites(&self) -> Suites {
        self.lock().iter().flat_map(|step| step.suites.clone()).collect()
    }

    /// The table of steps and the final line.
    pub(crate) fn report(&self) -> String {
        let steps = self.lock();
        let mut text = String::from("\n");
        let (mut passed, mut failed) = (0, 0);
        for step in steps.iter() {
            let _ = writeln!(text, "{}", row(step));
            passed += step.suites.values().map(|tally| tally.passed).sum::<u32>();
            let tests: u32 = step.suites.values().map(|tally| tally.failed).sum();
            // A step that failed without a failed test (a lint, a build) is one failure.
            failed += if step.outcome.is_err() { tests.max(1) } else { tests };
        }
        // What a long step said about its failures is far above by now.
        for (name, failure) in steps.iter().filter_map(|step| Some((step.name, step.outcome.as_ref().err()?))) {
            let _ = writeln!(text, "\n{name}: {}", term::red(&failure.to_string()));
        }
        let _ = writeln!(text, "\n{passed} passed, {failed} failed");
        text
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Step>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn row(step: &Step) -> String {
    let seconds = step.took.as_secs_f64();
    let verdict = match &step.outcome {
        Ok(()) => term::green("ok"),
        Err(failure) => term::red(&format!("FAILED: {}", failure.to_string().lines().next().unwrap_or_default())),
    };
    let tests: u32 = step.suites.values().map(|tally| tally.passed + tally.failed).sum();
    let tests = if tests > 0 { format!("{tests} tests") } else { String::new() };
    format!("{:<12} {seconds:>7.1} s  {tests:>11}  {verdict}", step.name)
}

#[cfg(test)]
mod tests {
    use super::{Ledger, Tally};
    use crate::failure::Failure;

    #[test]
    fn the_last_line_sums_what_the_runners_reported() {
        let ledger = Ledger::default();
        ledger.step("rust tests", |suites| {
            suites.insert("a".to_owned(), Tally { passed: 3, failed: 0 });
            Ok(())
        });
        ledger.step("web check", |suites| {
            suites.insert("web:vitest".to_owned(), Tally { passed: 4, failed: 2 });
            Err(Failure::new("two failed"))
        });
        assert!(ledger.step("format", |_| Ok(())));
        assert!(ledger.report().ends_with("\n7 passed, 2 failed\n"), "{}", ledger.report());
        assert!(!ledger.is_green());
    }

    #[test]
    fn a_step_that_fails_without_tests_is_one_failure() {
        let ledger = Ledger::default();
        assert!(!ledger.step("clippy", |_| Err(Failure::new("a lint\nsecond line"))));
        let report = ledger.report();
        assert!(report.ends_with("\n0 passed, 1 failed\n"), "{report}");
        assert!(report.contains("FAILED: a lint\n") && report.contains("clippy: a lint\nsecond line"), "{report}");
    }
}
