//! `cargo xtask previous`: the server of the release before this one, which must run beside it while a cluster is
//! brought up to date. `tests/previous` names its commit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::failure::{Doing, Failure, Outcome};
use crate::paths;
use crate::task::Task;

/// What tells the tests where it is.
pub(crate) const VARIABLE: &str = "CHATLINK_TEST_PREVIOUS";

/// `cargo xtask previous`
pub(crate) fn main(args: &[String]) -> Outcome<ExitCode> {
    if let Some(arg) = args.first() {
        return Err(Failure::new(format!("previous: there is no {arg:?}")));
    }
    println!("{VARIABLE}={}", provide()?.display());
    Ok(ExitCode::SUCCESS)
}

/// Its binary: the one that the variable names, or that was built before, or built now.
pub(crate) fn provide() -> Outcome<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        return Ok(named.into());
    }
    let file = paths::root().join("tests/previous");
    let commit = commit(&fs::read_to_string(&file).doing(file.display())?)?;
    let folder = paths::target().join("previous");
    let binary = folder.join(format!("chatlink-{}", &commit[..12]));
    if !binary.is_file() {
        build(&commit, &folder.join("tree"), &binary)?;
    }
    Ok(binary)
}

/// The commit in the file's text: the first line that is no remark.
fn commit(text: &str) -> Outcome<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    if line.len() == 40 && line.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(line.to_owned());
    }
    Err(Failure::new("tests/previous names no commit by its 40 digits"))
}

/// Builds it in a worktree, beside our own: what both depend on is built once.
fn build(commit: &str, tree: &Path, binary: &Path) -> Outcome {
    if Task::new("git", ["cat-file", "-e", &format!("{commit}^{{commit}}")]).read().is_err() {
        let why = "the previous release is not in this clone: `git fetch --unshallow` brings its commit";
        return Err(Failure::new(format!("{why} {commit}")));
    }
    Task::new("git", ["worktree", "prune"]).read()?;
    if tree.join(".git").exists() {
        Task::new("git", ["checkout", "--quiet", "--force", "--detach", commit]).dir(tree).read()?;
    } else {
        let dir = tree.to_string_lossy().into_owned();
        Task::new("git", ["worktree", "add", "--quiet", "--force", "--detach", &dir, commit]).read()?;
    }
    let manifest = tree.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).doing(manifest.display())?;
    let text =
        renamed(&text).ok_or_else(|| Failure::new("the previous release's version is not where it is looked for"))?;
    fs::write(&manifest, text).doing(manifest.display())?;
    // All of it, as the same features find the same dependencies.
    Task::new("cargo", ["build", "--workspace", "--bins"])
        .dir(tree)
        .env("CARGO_TARGET_DIR", paths::target())
        .shown("previous")?;
    fs::copy(paths::server(&paths::target(), "debug"), binary).doing(binary.display())?;
    Ok(())
}

/// Its crates have our crates' names, and cargo would take one for the other: it is given another version.
fn renamed(manifest: &str) -> Option<String> {
    let (before, rest) = manifest.split_once("[workspace.package]\nversion = \"")?;
    let (_, after) = rest.split_once('"')?;
    Some(format!("{before}[workspace.package]\nversion = \"0.0.0\"{after}"))
}

#[cfg(test)]
mod tests {
    use super::{commit, renamed};

    #[test]
    fn a_commit_is_named_by_all_its_digits() {
        let whole = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(commit(&format!("# why\n\n{whole}\n")).unwrap(), whole);
        for wrong in ["", "# only a remark", "0123456", "main"] {
            assert!(commit(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn it_has_a_version_of_its_own() {
        let manifest = "[workspace]\n\n[workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\n";
        assert_eq!(renamed(manifest).unwrap(), manifest.replace("0.1.0", "0.0.0"));
        assert_eq!(renamed("[workspace]\n"), None);
    }
}
