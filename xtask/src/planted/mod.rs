//! `cargo xtask planted`: bugs planted on purpose, each of which a named test must notice.
//!
//! Patches are applied one by one in a worktree of HEAD with a target folder of its own. A bug that
//! no longer compiles is not a bug that was noticed, so building and testing are told apart.

mod patch;
mod trial;
mod worktree;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use crate::failure::{Doing, Failure, Outcome};
use crate::task::Task;
use crate::{paths, term};
use patch::Patch;
use trial::Verdict;
use worktree::Worktree;

/// How much is shown of what was printed when a bug was not noticed.
const TAIL: usize = 60;

pub(crate) fn main(args: &[String]) -> Outcome<ExitCode> {
    let mut patches = all()?;
    if !args.is_empty() {
        for name in args {
            if !patches.iter().any(|patch| patch.name == *name) {
                return Err(Failure::new(format!("there is no tests/planted/{name}.patch")));
            }
        }
        patches.retain(|patch| args.contains(&patch.name));
    }
    check(&patches)?;
    Ok(ExitCode::SUCCESS)
}

/// Tries `count` of the patches: others with each commit, the same ones for the same commit.
pub(crate) fn sample(count: usize) -> Outcome {
    let patches = all()?;
    let commits = Task::new("git", ["rev-list", "--count", "HEAD"]).read()?;
    let start: usize = commits.trim().parse().map_err(|_| Failure::new("git did not count the commits"))?;
    check(&choose(patches, start, count))
}

/// Tries every patch.
pub(crate) fn every() -> Outcome {
    check(&all()?)
}

fn check(patches: &[Patch]) -> Outcome {
    if patches.is_empty() {
        println!("{}", term::labelled("planted", "there are no patches in tests/planted"));
        return Ok(());
    }
    let tree = Worktree::at_head()?;
    // All of these first: taking a bug out and planting the next one is one build, then, and not two.
    let mut before = Vec::new();
    for patch in patches {
        println!("{}", term::labelled("planted", &format!("testing without {}", patch.name)));
        let mut lines = Vec::new();
        before.push((trial::without(&tree, patch, &mut lines)?, lines));
    }
    let mut rows = Vec::new();
    let mut unnoticed = Vec::new();
    for (patch, (futile, mut lines)) in patches.iter().zip(before) {
        let start = Instant::now();
        println!("{}", term::labelled("planted", &format!("planting {}", patch.name)));
        let verdict = match futile {
            Some(futile) => futile,
            None => {
                lines.clear();
                trial::with(&tree, patch, &mut lines)?
            }
        };
        if verdict != Verdict::Red {
            let tail = lines.len().saturating_sub(TAIL);
            lines[tail..].iter().for_each(|line| println!("{}", term::labelled("planted", line)));
        }
        let seconds = start.elapsed().as_secs_f64();
        let said = if verdict == Verdict::Red { term::green("red") } else { term::red(&verdict.to_string()) };
        let row = format!("{:<40} invariant {:<6} {seconds:>6.1} s  {said}", patch.name, patch.invariant);
        println!("{}", term::labelled("planted", &row));
        rows.push(row);
        if verdict != Verdict::Red {
            unnoticed.push(format!("{} ({verdict})", patch.name));
        }
    }
    println!("\n{}\n", rows.join("\n"));
    if unnoticed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("planted bugs that did not turn their test red: {}", unnoticed.join(", "))))
}

/// The patches of tests/planted by name.
fn all() -> Outcome<Vec<Patch>> {
    let folder = paths::root().join("tests/planted");
    let entries = std::fs::read_dir(&folder).doing("reading tests/planted")?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "patch"));
    files.sort();
    files.into_iter().map(Patch::read).collect()
}

fn choose<T>(mut all: Vec<T>, start: usize, count: usize) -> Vec<T> {
    if !all.is_empty() {
        let turn = start.saturating_mul(count) % all.len();
        all.rotate_left(turn);
    }
    all.truncate(count);
    all
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn each_commit_tries_the_next_patches_in_turn() {
        assert_eq!(choose(vec![1, 2, 3, 4, 5], 0, 2), [1, 2]);
        assert_eq!(choose(vec![1, 2, 3, 4, 5], 1, 2), [3, 4]);
        assert_eq!(choose(vec![1, 2, 3, 4, 5], 2, 2), [5, 1]);
        assert_eq!(choose(vec![1], 7, 2), [1]);
        assert!(choose(Vec::<u8>::new(), 7, 2).is_empty());
    }
}
