//! One planted bug: green without it, red with it.

use std::fmt;

use super::patch::{Build, Patch, Test};
use super::worktree::Worktree;
use crate::failure::{Failure, Outcome};
use crate::task::{Ended, Task};
use crate::test::parse;
use crate::tools::{self, Node};
use crate::{paths, term};

/// What a planted bug came to. Only [`Verdict::Red`] is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The test noticed.
    Red,
    /// The test passed in spite of the bug.
    Green,
    /// The patch does not fit the code any more.
    DoesNotApply,
    /// With the patch nothing compiles, so no test noticed anything.
    DoesNotCompile,
    /// The test is red, or does not compile, without the patch too.
    RedWithout,
    /// No test has that name.
    NoSuchTest,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Red => "red",
            Self::Green => "GREEN: the test does not notice",
            Self::DoesNotApply => "the patch does not apply",
            Self::DoesNotCompile => "the patch does not compile",
            Self::RedWithout => "red without the patch too",
            Self::NoSuchTest => "no such test",
        })
    }
}

/// How a test run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ran {
    Passed,
    Failed,
    Uncompiled,
    NoTests,
}

/// Runs the patch's test without the patch. What comes back is why the patch proves nothing. What was printed goes into
/// `said`, here and [`with`] the patch: of interest only when the verdict is not red.
pub(crate) fn without(tree: &Worktree, patch: &Patch, said: &mut Vec<String>) -> Outcome<Option<Verdict>> {
    Ok(match test(tree, patch, said)? {
        Ran::Passed => None,
        Ran::NoTests => Some(Verdict::NoSuchTest),
        Ran::Failed | Ran::Uncompiled => Some(Verdict::RedWithout),
    })
}

/// Runs the patch's test with the patch, and leaves the worktree as HEAD is.
pub(crate) fn with(tree: &Worktree, patch: &Patch, said: &mut Vec<String>) -> Outcome<Verdict> {
    if !tree.apply(&patch.file) {
        tree.restore()?;
        return Ok(Verdict::DoesNotApply);
    }
    let result = test(tree, patch, said);
    tree.restore()?;
    Ok(match result? {
        Ran::Passed => Verdict::Green,
        Ran::Failed => Verdict::Red,
        Ran::Uncompiled => Verdict::DoesNotCompile,
        Ran::NoTests => Verdict::NoSuchTest,
    })
}

fn test(tree: &Worktree, patch: &Patch, said: &mut Vec<String>) -> Outcome<Ran> {
    let mut note = |line: &str| said.push(term::plain(line));
    match &patch.test {
        Test::Rust { package, filter, build } => rust(tree, package, filter, build, &mut note),
        Test::Web { filter } => web(tree, filter, &mut note),
    }
}

fn rust(tree: &Worktree, package: &str, filter: &str, build: &Build, note: &mut dyn FnMut(&str)) -> Outcome<Ran> {
    if !tools::has_nextest() {
        return Err(Failure::new("planted bugs need nextest: type `cargo install cargo-nextest --locked`"));
    }
    // One set of flags for building and running, so that they agree on features.
    let targets: Vec<&str> = match build {
        Build::Everything => Vec::new(),
        Build::Lib => vec!["--lib"],
        Build::Test(name) => vec!["--test", name],
    };
    // The end-to-end tests start the server.
    if package == "chatlink-tests" {
        let tests = if targets.is_empty() { &["--tests"] } else { targets.as_slice() };
        if !cargo(tree, &["build", "--workspace", "--bins"], tests).lines(note)?.success {
            return Ok(Ran::Uncompiled);
        }
    }
    if !cargo(tree, &["nextest", "run", "--no-run", "--workspace"], &targets).lines(note)?.success {
        return Ok(Ran::Uncompiled);
    }
    let filter = format!("package({package}) & ({filter})");
    let run = cargo(tree, &["nextest", "run", "--workspace", "--no-fail-fast", "-E", &filter], &targets);
    Ok(judge(run.lines(note)?))
}

/// The exit codes that nextest promises.
fn judge(ended: Ended) -> Ran {
    match ended.code {
        Some(0) => Ran::Passed,
        Some(4) => Ran::NoTests,
        Some(101) => Ran::Uncompiled,
        // 100: a test failed. No code: it took too long, which a bug may do.
        _ => Ran::Failed,
    }
}

fn cargo(tree: &Worktree, args: &[&str], more: &[&str]) -> Task {
    Task::new("cargo", args.iter().chain(more))
        .dir(&tree.dir)
        .envs(&tree.tools)
        .env("CARGO_TARGET_DIR", &tree.target)
        .env("CHATLINK_TEST_SERVER", paths::server(&tree.target, "debug"))
}

fn web(tree: &Worktree, filter: &str, note: &mut dyn FnMut(&str)) -> Outcome<Ran> {
    let (node, dir) = (Node::find()?, tree.dir.join("web"));
    if !node.npx(&dir, "tsc", &["--noEmit"]).lines(note)?.success {
        return Ok(Ran::Uncompiled);
    }
    let (mut passed, mut failed) = (0, 0);
    let ended = node.npx(&dir, "vitest", &["run", filter]).lines(&mut |line| {
        note(line);
        let mut tally = Default::default();
        parse::web_summary(line).apply(&mut tally);
        (passed, failed) = (passed + tally.passed, failed + tally.failed);
    })?;
    Ok(match (ended.success, passed + failed) {
        (true, 0) => Ran::NoTests,
        (true, _) => Ran::Passed,
        // It broke before a test could notice.
        (false, _) if failed == 0 => Ran::Uncompiled,
        (false, _) => Ran::Failed,
    })
}

#[cfg(test)]
mod tests {
    use super::{Ran, judge};
    use crate::task::Ended;

    #[test]
    fn a_compile_failure_is_not_a_red_test() {
        let code = |code| judge(Ended { success: code == Some(0), code });
        assert_eq!(code(Some(0)), Ran::Passed);
        assert_eq!(code(Some(100)), Ran::Failed);
        assert_eq!(code(Some(101)), Ran::Uncompiled);
        assert_eq!(code(Some(4)), Ran::NoTests);
        assert_eq!(code(None), Ran::Failed);
    }
}
