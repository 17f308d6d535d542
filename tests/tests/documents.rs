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

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

#[test]
fn every_test_that_the_security_documents_name_is_there() {
    let mut known = BTreeSet::new();
    crates(root()).iter().for_each(|folder| functions(folder, &mut known));
    for (document, least) in [("docs/security.md", 100), ("docs/asvs.md", 50)] {
        let text = fs::read_to_string(root().join(document)).expect("the document");
        let names = named(&text);
        assert!(names.len() > least, "the tables of {document} were not read: {names:?}");
        let is_there = |name: &str| if name.contains('/') { root().join(name).is_file() } else { known.contains(name) };
        let missing: Vec<_> = names.into_iter().filter(|name| !is_there(name)).collect();
        assert!(missing.is_empty(), "{document}: {missing:#?}");
    }
}

/// Sections of the ASVS 5.0.0, and up to which number their requirements are of level 1 or 2.
const ASVS: [((u8, u8), u8); 22] = [
    ((6, 1), 3),
    ((6, 2), 12),
    ((6, 3), 4),
    ((6, 4), 4),
    ((6, 5), 5),
    ((6, 6), 3),
    ((6, 8), 4),
    ((7, 1), 3),
    ((7, 2), 4),
    ((7, 3), 2),
    ((7, 4), 5),
    ((7, 5), 2),
    ((7, 6), 2),
    ((9, 1), 3),
    ((9, 2), 4),
    ((10, 1), 2),
    ((10, 2), 2),
    ((10, 3), 4),
    ((10, 4), 11),
    ((10, 5), 5),
    ((10, 6), 2),
    ((10, 7), 3),
];

/// A row's cells: requirement, level, what it asks for, state, how, tests.
fn asvs_rows(document: &str) -> Vec<Vec<&str>> {
    let rows = document.lines().filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit());
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn every_requirement_of_the_asvs_chapters_has_its_row_and_what_is_met_its_test() {
    let document = fs::read_to_string(root().join("docs/asvs.md")).expect("the document");
    let rows = asvs_rows(&document);
    let expected = ASVS
        .iter()
        .flat_map(|((chapter, section), most)| (1..=*most).map(move |number| format!("{chapter}.{section}.{number}")));
    let found: Vec<_> = rows.iter().map(|row| row[0].to_owned()).collect();
    assert_eq!(found, expected.collect::<Vec<_>>(), "in their order, each once");
    let list = document.split("## Not yet").nth(1).expect("the list");
    let open: BTreeSet<_> = list.split([' ', ':', '\n']).collect();
    for row in &rows {
        let [requirement, level, asks, state, _, tests] = row[..] else { panic!("six cells: {row:?}") };
        assert!(matches!(level, "1" | "2") && !asks.is_empty(), "{requirement}");
        match state {
            "**met**" | "**in part**" => assert!(tests.contains('`'), "{requirement} is {state} and names no test"),
            "**not yet**" | "**not ours**" => {}
            other => panic!("{requirement}: no state is called {other}"),
        }
        let is_open = matches!(state, "**in part**" | "**not yet**");
        assert_eq!(is_open, open.contains(requirement), "{requirement}: {state}, and the list of what is not yet");
    }
}

/// The name of every member of a frame, but ids that are names, and bodies of kinds that no version knows yet.
fn members(frame: &serde_json::Value, known: &BTreeSet<&str>, names: &mut BTreeSet<String>) {
    match frame {
        serde_json::Value::Array(frames) => frames.iter().for_each(|frame| members(frame, known, names)),
        serde_json::Value::Object(object) => {
            let is_known = object.get("kind").and_then(|kind| kind.as_str()).is_none_or(|kind| known.contains(kind));
            let ours = object.iter().filter(|(name, _)| !name.contains('-') && (is_known || *name != "body"));
            names.extend(ours.clone().map(|(name, _)| name.clone()));
            object
                .iter()
                .filter(|(name, _)| is_known || *name != "body")
                .for_each(|(_, value)| members(value, known, names));
        }
        _ => {}
    }
}

#[test]
fn the_protocol_document_names_every_member_of_every_frame() {
    let text = fs::read_to_string(root().join("docs/protocol.md")).expect("the document");
    let words: BTreeSet<_> = text.split('`').skip(1).step_by(2).collect();
    // A kind begins a row; a word that stands elsewhere alone is none.
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.split('|').next());
    let kinds: BTreeSet<_> = rows.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(root().join("chatlink-protocol/golden")).expect("golden files") {
        let path = entry.expect("an entry").path();
        let frames = fs::read_to_string(&path).expect("text");
        let frames: serde_json::Value = serde_json::from_str(&frames).expect("JSON");
        members(&frames, &kinds, &mut names);
        let file = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        let kind = file.split_once('-').map_or("", |(_, kind)| kind);
        assert!(words.contains(kind), "no {kind} in docs/protocol.md");
    }
    assert!(names.len() > 40, "the golden files were not read: {names:?}");
    let missing: Vec<_> = names.iter().filter(|name| !words.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "docs/protocol.md names no {missing:?}");
}
