//! What those do who keep a server running: an installation written down, taken back, carried to the other database,
//! watched. What people see is the same.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

mod backup;
mod carry;
mod life;
mod migrate;
mod reports;
mod rolling;
mod traces;
mod upgrade;
mod watching;
#[path = "../unhappy/world.rs"]
#[allow(dead_code, reason = "made for another test; not all of it is asked for here")]
mod world;

use chatlink_tests::chatlink;
use std::path::Path;

/// What a command said: whether it did it, standard output, standard error.
struct Said {
    done: bool,
    out: String,
    errors: String,
}

impl Said {
    /// It did it: what it said on the way.
    #[track_caller]
    fn done(self) -> String {
        assert!(self.done, "{}{}", self.out, self.errors);
        self.out + &self.errors
    }

    /// It refused, and its words hold these.
    #[track_caller]
    fn refused(&self, because: &str) {
        assert!(!self.done && self.errors.contains(because), "{}{}", self.out, self.errors);
    }
}

/// Runs `chatlink` with these words in this folder.
async fn run(folder: &Path, words: &[&str]) -> Said {
    let output = chatlink().args(words).current_dir(folder).output().await.expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { done: output.status.success(), out: text(&output.stdout), errors: text(&output.stderr) }
}

/// The address of a file.
fn sqlite(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}
