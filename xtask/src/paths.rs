//! Where things are.

use std::path::{Path, PathBuf};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Cargo's target folder, which `CARGO_TARGET_DIR` may have moved.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// The web client's folder.
pub(crate) fn web() -> PathBuf {
    root().join("web")
}

/// Where this program keeps what it remembers between runs.
pub(crate) fn memory() -> PathBuf {
    target().join("xtask")
}

/// The server's binary of a profile folder (`debug`, `release`) under `target`.
pub(crate) fn server(target: &Path, profile: &str) -> PathBuf {
    target.join(profile).join("chatlink")
}
