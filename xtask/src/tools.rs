//! Finding the programs we need: by variable, on PATH, in known folders.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::failure::{Doing, Failure, Outcome};
use crate::task::Task;
use crate::version::Version;
use crate::{paths, term};

/// A program that tests need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool {
    /// Also the name of its package on Debian.
    pub(crate) name: &'static str,
    /// Names its path; the tests read the same variable.
    pub(crate) variable: &'static str,
    programs: &'static [&'static str],
    /// Paths where installers put it without telling PATH.
    known: &'static [&'static str],
}

/// The browser of the browser tests.
pub(crate) const CHROMIUM: Tool = Tool {
    name: "chromium",
    variable: "CHATLINK_TEST_CHROMIUM",
    programs: &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
    known: &[
        "/snap/bin/chromium",
        "/opt/google/chrome/chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
};

/// Shows the order of the server's system calls. Linux only.
pub(crate) const STRACE: Tool =
    Tool { name: "strace", variable: "CHATLINK_TEST_STRACE", programs: &["strace"], known: &[] };

/// Makes the cluster of the server that the tests of the PostgreSQL store run on; the other programs stand beside it.
pub(crate) const INITDB: Tool = Tool {
    name: "postgresql",
    variable: "CHATLINK_TEST_INITDB",
    programs: &["initdb"],
    known: &[
        "/usr/lib/postgresql/18/bin/initdb",
        "/usr/lib/postgresql/17/bin/initdb",
        "/usr/lib/postgresql/16/bin/initdb",
        "/usr/lib/postgresql/15/bin/initdb",
        "/opt/homebrew/opt/postgresql@17/bin/initdb",
    ],
};

/// The server that the tests of what carries news between nodes start, each its own.
pub(crate) const REDIS: Tool = Tool {
    name: "redis-server",
    variable: "CHATLINK_TEST_REDIS_SERVER",
    programs: &["redis-server"],
    known: &["/usr/local/bin/redis-server", "/opt/homebrew/bin/redis-server"],
};

/// Counts instructions. Linux only, here.
pub(crate) const VALGRIND: Tool =
    Tool { name: "valgrind", variable: "CHATLINK_TEST_VALGRIND", programs: &["valgrind"], known: &[] };

/// Shows another time to a server than the machine's. Linux only.
pub(crate) const FAKETIME: Tool =
    Tool { name: "faketime", variable: "CHATLINK_TEST_FAKETIME", programs: &["faketime"], known: &[] };

/// Runs the programs that use the bindings.
pub(crate) const PYTHON: Tool =
    Tool { name: "python3", variable: "CHATLINK_TEST_PYTHON", programs: &["python3"], known: &[] };

/// Runs Kotlin's compiler, and what it compiled.
pub(crate) const JAVA: Tool =
    Tool { name: "default-jre-headless", variable: "CHATLINK_JAVA", programs: &["java"], known: &[] };

/// What Kotlin on a desktop calls libraries by.
pub(crate) const JNA: Tool =
    Tool { name: "libjna-java", variable: "CHATLINK_JNA", programs: &[], known: &["/usr/share/java/jna.jar"] };

const NODE: Tool = Tool {
    name: "node",
    variable: "CHATLINK_TEST_NODE",
    programs: &["node"],
    known: &["/usr/local/bin/node", "/opt/homebrew/bin/node", "/opt/node/bin/node"],
};

/// The oldest Node that the web client's tools run on.
const NODE_NEEDED: Version = Version(20, 19, 0);

impl Tool {
    /// Where it is, or `None`. A variable that names no file is a failure, not an absence.
    pub(crate) fn find(&self) -> Outcome<Option<PathBuf>> {
        if let Some(value) = std::env::var_os(self.variable).filter(|value| !value.is_empty()) {
            let path = PathBuf::from(value);
            if path.is_file() {
                return Ok(Some(path));
            }
            return Err(Failure::new(format!("{} names {}, which is no file", self.variable, path.display())));
        }
        let on_path = self.programs.iter().find_map(|program| on_path(program));
        Ok(on_path.or_else(|| self.known.iter().map(PathBuf::from).find(|path| path.is_file())))
    }
}

/// Node and npm, new enough.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    npm: PathBuf,
    /// PATH with the folder of node in front.
    path: OsString,
}

impl Node {
    pub(crate) fn find() -> Outcome<Self> {
        let node = NODE.find()?.ok_or_else(|| Failure::new(format!("node is missing: {}", node_hint())))?;
        let said = Task::new(&node, ["--version"]).read()?;
        match Version::find(&said) {
            Some(version) if version >= NODE_NEEDED => {}
            _ => {
                return Err(Failure::new(format!("node is {}, needed is {NODE_NEEDED}: {}", said.trim(), node_hint())));
            }
        }
        let beside = node.parent().map(|dir| dir.join("npm")).filter(|path| path.is_file());
        let npm = beside.or_else(|| on_path("npm"));
        let npm = npm.ok_or_else(|| Failure::new(format!("npm is missing: {}", node_hint())))?;
        let path = path_with(node.parent())?;
        Ok(Self { npm, path })
    }

    /// `npm ARGS` in the folder of the web client.
    pub(crate) fn npm(&self, args: &[&str]) -> Task {
        plain_unless_terminal(Task::new(&self.npm, args).dir(&paths::web()).env("PATH", &self.path))
    }

    /// A program that npm installed for the web client of `dir`.
    pub(crate) fn npx(&self, dir: &Path, program: &str, args: &[&str]) -> Task {
        let program = dir.join("node_modules/.bin").join(program);
        plain_unless_terminal(Task::new(program, args).dir(dir).env("PATH", &self.path))
    }
}

/// Some JavaScript tools colour what they write into a pipe.
fn plain_unless_terminal(task: Task) -> Task {
    if term::colour() { task.env("FORCE_COLOR", "1") } else { task.env("NO_COLOR", "1") }
}

/// Fails unless the compiler is as new as the workspace says.
pub(crate) fn check_rustc() -> Outcome {
    let needed = rust_version()?;
    let said = Task::new("rustc", ["--version"])
        .read()
        .map_err(|failure| Failure::new(format!("{failure}: install Rust {needed} or newer from https://rustup.rs")))?;
    match Version::find(&said) {
        Some(version) if version >= needed => Ok(()),
        _ => Err(Failure::new(format!("{} is too old, needed is {needed}: type `rustup update stable`", said.trim()))),
    }
}

/// Whether `cargo nextest` is here.
pub(crate) fn has_nextest() -> bool {
    Task::new("cargo", ["nextest", "--version"]).read().is_ok()
}

/// `name` in the first folder of PATH that has it.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|path| path.is_file())
}

fn rust_version() -> Outcome<Version> {
    let manifest = std::fs::read_to_string(paths::root().join("Cargo.toml")).doing("reading Cargo.toml")?;
    let line = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    line.and_then(|value| Version::find(value.trim_matches('"')))
        .ok_or_else(|| Failure::new("Cargo.toml has no rust-version"))
}

fn node_hint() -> &'static str {
    if cfg!(target_os = "macos") {
        "type `brew install node`"
    } else {
        "install Node 20.19 or newer from https://nodejs.org or with your version manager (`nvm install 22`)"
    }
}

fn path_with(first: Option<&Path>) -> Outcome<OsString> {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let dirs = first.map(Path::to_owned).into_iter().chain(std::env::split_paths(&rest));
    std::env::join_paths(dirs).map_err(|error| Failure::new(format!("PATH: {error}")))
}

#[cfg(test)]
mod tests {
    use super::{Tool, on_path, rust_version};
    use crate::version::Version;

    #[test]
    fn a_program_of_path_is_found_and_an_absent_one_is_none() {
        assert!(on_path("sh").is_some());
        assert_eq!(on_path("no-such-program-here"), None);
        let absent =
            Tool { name: "x", variable: "CHATLINK_TEST_NONE", programs: &["no-such-program-here"], known: &[] };
        assert_eq!(absent.find().unwrap(), None);
    }

    #[test]
    fn the_workspace_says_which_compiler_it_needs() {
        assert!(rust_version().unwrap() >= Version(1, 95, 0));
    }
}
