//! A copy of HEAD to break.

use std::path::{Path, PathBuf};

use crate::failure::{Doing, Failure, Outcome};
use crate::task::Task;
use crate::tools::CHROMIUM;
use crate::{install, paths, term, test};

/// A git worktree below target, at HEAD; kept between runs, so that little is built again.
pub(crate) struct Worktree {
    pub(crate) dir: PathBuf,
    /// Its own target folder.
    pub(crate) target: PathBuf,
    /// The variables that tell the tests where their tools are.
    pub(crate) tools: Vec<(String, PathBuf)>,
}

impl Worktree {
    pub(crate) fn at_head() -> Outcome<Self> {
        let dir = paths::target().join("planted/tree");
        // No planted bug is looked for by a browser.
        let tools: Vec<_> = test::needed(false).into_iter().filter(|tool| tool.name != CHROMIUM.name).collect();
        let tools = install::provide(&tools, true)?;
        let tree = Self { target: paths::target().join("planted-build"), dir, tools };
        let head = Task::new("git", ["rev-parse", "HEAD"]).read()?;
        warn_of_uncommitted_work()?;
        // Forgets a worktree whose folder was removed.
        Task::new("git", ["worktree", "prune"]).read()?;
        if tree.dir.join(".git").exists() {
            tree.git(&["checkout", "--quiet", "--force", "--detach", head.trim()])?;
        } else {
            let dir = tree.dir.to_string_lossy().into_owned();
            Task::new("git", ["worktree", "add", "--quiet", "--force", "--detach", &dir, head.trim()]).read()?;
        }
        tree.restore()?;
        tree.seed()?;
        tree.lend_packages()?;
        Ok(tree)
    }

    /// Undoes every change since HEAD.
    pub(crate) fn restore(&self) -> Outcome {
        self.git(&["reset", "--quiet", "--hard"])?;
        self.git(&["clean", "--quiet", "-fd"])
    }

    /// Whether the patch could be applied.
    pub(crate) fn apply(&self, patch: &Path) -> bool {
        let patch = patch.to_string_lossy();
        self.git(&["apply", "--whitespace=nowarn", &patch]).is_ok()
    }

    fn git(&self, args: &[&str]) -> Outcome {
        Task::new("git", args).dir(&self.dir).read().map(drop)
    }

    /// Starts with the dependencies that are built already, which do not depend on where we are.
    fn seed(&self) -> Outcome {
        let built = paths::target().join("debug");
        if self.target.exists() || !built.exists() {
            return Ok(());
        }
        println!("{}", term::labelled("planted", "copying the built dependencies"));
        let debug = self.target.join("debug");
        std::fs::create_dir_all(&debug).doing("making the target folder of planted bugs")?;
        for part in [".fingerprint", "build", "deps"] {
            // Times must stay: cargo judges by them what is fresh.
            let from = built.join(part);
            Task::new("cp", [Path::new("-Rp"), &from, &debug]).read()?;
        }
        Ok(())
    }

    /// The web client's packages are the main tree's.
    fn lend_packages(&self) -> Outcome {
        let (from, to) = (paths::web().join("node_modules"), self.dir.join("web/node_modules"));
        if !from.exists() || to.symlink_metadata().is_ok() || !self.dir.join("web").exists() {
            return Ok(());
        }
        std::os::unix::fs::symlink(&from, &to).doing("lending the web client's packages")
    }
}

fn warn_of_uncommitted_work() -> Outcome {
    let changes = Task::new("git", ["status", "--porcelain", "--untracked-files=no"]).read()?;
    if changes.trim().is_empty() {
        return Ok(());
    }
    if changes.lines().any(|line| line.starts_with('U')) {
        return Err(Failure::new("finish the merge first: bugs are planted in a copy of HEAD"));
    }
    println!("{}", term::labelled("planted", "bugs are planted in a copy of HEAD, without your uncommitted changes"));
    Ok(())
}
