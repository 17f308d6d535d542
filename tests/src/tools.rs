//! Programs that a test needs beside the server.

use std::{ffi::OsStr, path::PathBuf};

/// The program `name`: named by the environment variable, else found in PATH. A test whose tool is
/// not there fails; it is never passed over.
#[must_use]
pub fn tool(variable: &str, name: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        let path = PathBuf::from(path);
        assert!(path.is_file(), "{variable} names {}, which is not there", path.display());
        return path;
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(OsStr::new(&folders)).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{name} is not here: `cargo xtask test` installs it, or set {variable} to its path"))
}
