//! Documents that name tests name tests that are there.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Where Rust tests stand; folders without sources of ours are not walked.
fn crates(root: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(root).expect("the workspace").map(|entry| entry.expect("an entry").path());
    let sources = folders.flat_map(|folder| [folder.join("src"), folder.join("tests")]);
    sources.filter(|folder| folder.is_dir()).collect()
}

/// The names of all functions below a folder.
fn functions(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            functions(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("text");
            let found = text.lines().filter_map(|line| line.split_once("fn ")).map(|(_, rest)| rest);
            names.extend(found.map(|rest| rest.split(|c: char| !is_of_name(c)).next().unwrap_or_default().to_owned()));
        }
    }
}

fn is_of_name(c: char) -> bool {
    c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// What stands between backticks in the last column of the document's tables.
fn named(document: &str) -> Vec<&str> {
    let rows = document.lines().filter(|line| line.starts_with('|'));
    let columns = rows.filter_map(|row| row.trim_end_matches([' ', '|']).rsplit('|').next());
    columns.flat_map(|column| column.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn every_test_that_the_security_document_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let document = fs::read_to_string(root.join("docs/security.md")).expect("the document");
    let mut known = BTreeSet::new();
    crates(root).iter().for_each(|folder| functions(folder, &mut known));
    let names = named(&document);
    assert!(names.len() > 100, "the tables were not read: {names:?}");
    let is_there = |name: &str| if name.contains('/') { root.join(name).is_file() } else { known.contains(name) };
    let missing: Vec<_> = names.into_iter().filter(|name| !is_there(name)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
