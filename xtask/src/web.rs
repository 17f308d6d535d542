//! The steps of the web client, each left out when nothing changed since it last succeeded.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::failure::{Doing, Failure, Outcome};
use crate::tools::Node;
use crate::{paths, term};

/// What a build is made from, beside the folders `src` and `public`.
const SOURCES: [&str; 8] = [
    "src",
    "public",
    "index.html",
    "package-lock.json",
    "vite.config.ts",
    "vite.widget.config.ts",
    "tsconfig.json",
    "package.json",
];

/// Fails when there is no web client to build.
pub(crate) fn check_present() -> Outcome {
    if paths::web().join("package.json").is_file() {
        return Ok(());
    }
    Err(Failure::new("web/package.json is missing: this checkout has no web client"))
}

/// Whether the packages of the lock file are there.
pub(crate) fn installed() -> bool {
    let lock = paths::web().join("package-lock.json");
    let (Ok(wanted), Ok(have)) = (fs::read(&lock), fs::read(install_stamp())) else {
        return installed_by_hand(&lock);
    };
    wanted == have || installed_by_hand(&lock)
}

/// Installs exactly what the lock file says, unless that is there.
///
/// Not by `npm ci`: it refuses a lock file without the packages of other platforms, and npm writes such a
/// one where they cannot be fetched. What it would also refuse, a lock file that is behind
/// package.json, is refused here too.
pub(crate) fn install(node: &Node, label: &str) -> Outcome {
    if installed() {
        println!("{}", term::labelled(label, "packages are up to date"));
        return Ok(());
    }
    let behind = |failure| Failure::new(format!("web/package-lock.json is not package.json's: {failure}"));
    node.npm(&["ls", "--package-lock-only"]).read().map_err(behind)?;
    node.npm(&["install", "--no-save", "--no-audit", "--no-fund"]).shown(label)?;
    fs::copy(paths::web().join("package-lock.json"), install_stamp()).doing("noting the installed packages")?;
    Ok(())
}

/// Whether `web/dist` is made from what is there now.
pub(crate) fn built() -> bool {
    let noted = fs::read_to_string(build_stamp()).unwrap_or_default();
    paths::web().join("dist/index.html").is_file() && noted == fingerprint(&paths::web())
}

/// Builds `web/dist`, unless it is there and nothing changed.
pub(crate) fn build(node: &Node, label: &str) -> Outcome {
    if built() {
        println!("{}", term::labelled(label, "the build is up to date"));
        return Ok(());
    }
    // Taken before: what changes during the build is built the next time.
    let sources = fingerprint(&paths::web());
    node.npm(&["run", "build"]).shown(label)?;
    fs::create_dir_all(paths::memory()).doing("making xtask's folder")?;
    fs::write(build_stamp(), sources).doing("noting the web build")
}

/// npm's own note of what it installed is newer than the lock file: someone ran npm.
fn installed_by_hand(lock: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified());
    match (changed(lock), changed(&paths::web().join("node_modules/.package-lock.json"))) {
        (Ok(lock), Ok(installed)) => installed > lock,
        _ => false,
    }
}

fn install_stamp() -> PathBuf {
    paths::web().join("node_modules/.chatlink-installed")
}

fn build_stamp() -> PathBuf {
    paths::memory().join("web-built")
}

/// Changes when any source file is added, removed, edited or replaced by an older one.
fn fingerprint(web: &Path) -> String {
    let mut sum = Sum::default();
    for name in SOURCES {
        sum.add(&web.join(name));
    }
    format!("{} files, {} bytes, newest {}", sum.files, sum.bytes, sum.newest)
}

#[derive(Default)]
struct Sum {
    files: u64,
    bytes: u64,
    newest: u128,
}

impl Sum {
    fn add(&mut self, path: &Path) {
        let Ok(meta) = fs::metadata(path) else { return };
        // A folder's own time tells that a file was removed from it or renamed.
        let modified = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        self.newest = self.newest.max(modified.map_or(0, |since| since.as_nanos()));
        if meta.is_dir() {
            for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                self.add(&entry.path());
            }
        } else {
            self.files += 1;
            self.bytes += meta.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fingerprint;
    use std::fs;

    #[test]
    fn the_fingerprint_follows_edits_and_removals() {
        let web = std::env::temp_dir().join(format!("chatlink-xtask-{}", std::process::id()));
        fs::create_dir_all(web.join("src/rooms")).unwrap();
        fs::write(web.join("src/rooms/list.ts"), "1").unwrap();
        let first = fingerprint(&web);
        assert_eq!(first, fingerprint(&web), "nothing changed");
        fs::write(web.join("src/rooms/list.ts"), "12").unwrap();
        let edited = fingerprint(&web);
        assert_ne!(edited, first);
        fs::remove_file(web.join("src/rooms/list.ts")).unwrap();
        assert_ne!(fingerprint(&web), edited);
        fs::remove_dir_all(&web).unwrap();
    }
}
