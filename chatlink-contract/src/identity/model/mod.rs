//! Registration against a model: random starts, resends, codes, waits, clocks that jump back,
//! completions, refusals and restarts, driven through the engine and compared step by step with
//! what [`reference`] says should happen. The reference shares no code with the engine.

mod reference;
mod system;

use crate::Harness;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine as _, StateMachineTest as _};
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

/// Steps of a run.
const STEPS: usize = 30;

/// Every kind of step with every outcome that it can have; a test that did not see them all proves
/// less than it says, and fails.
const TRANSITIONS: [&str; 28] = [
    "Complete Account",
    "Complete ContactTaken",
    "Complete Gone",
    "Complete UsernameTaken",
    "JumpBack Nothing",
    "Old Wrong",
    "Resend Early",
    "Resend Gone",
    "Resend Sent Code",
    "Resend Sent Known",
    "Resend Sent Nothing",
    "Resend Sent Refused",
    "Restart Nothing",
    "Right Early",
    "Right Gone",
    "Right Limited",
    "Right Proved",
    "Right Wrong",
    "Start Limited",
    "Start Sent Code",
    "Start Sent Known",
    "Start Sent Nothing",
    "Start Sent Refused",
    "Wait Nothing",
    "Wrong Early",
    "Wrong Wrong",
    "Young Gone",
    "Young TooYoung",
];

/// What was reached in this process.
static REACHED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn reached(step: String) {
    REACHED.lock().unwrap_or_else(PoisonError::into_inner).insert(step);
}

/// Runs the model `H::MODEL_RUNS` times. Seeded: `CHATLINK_TEST_SEED` gives other runs.
///
/// # Panics
/// The engine differs from the reference, or a transition was never reached.
pub fn run<H: Harness>() {
    let seed = std::env::var("CHATLINK_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2_u64);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases: H::MODEL_RUNS, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config.clone(), rng);
    let strategy = reference::Reference::sequential_strategy(STEPS..STEPS + 1);
    let outcome = runner.run(&strategy, |(start, steps, seen)| {
        system::System::<H>::test_sequential(config.clone(), start, steps, seen);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("seed {seed}: {error}");
    }
    let reached = REACHED.lock().unwrap_or_else(PoisonError::into_inner);
    let missed: Vec<_> = TRANSITIONS.into_iter().filter(|step| !reached.contains(*step)).collect();
    assert!(missed.is_empty(), "never reached: {missed:?}; reached: {reached:?}");
}

/// The test of the model.
#[macro_export]
macro_rules! registration_model {
    ($harness:path) => {
        #[test]
        fn registration_model() {
            $crate::identity::model::run::<$harness>();
        }
    };
}
