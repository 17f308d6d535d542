//! The lines of `.env`. What one holds is no word of an error: a secret may stand in it.

use anyhow::{Context as _, anyhow};
use std::{io::ErrorKind, path::Path};

/// The variables that the file says; none where there is no file.
pub(crate) fn read(file: &Path) -> anyhow::Result<Vec<(String, String)>> {
    match std::fs::read_to_string(file) {
        Ok(text) => parse(&text).with_context(|| format!("reading {}", file.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("reading {}", file.display())),
    }
}

fn parse(text: &str) -> anyhow::Result<Vec<(String, String)>> {
    let pairs = dotenvy::from_read_iter(text.as_bytes());
    pairs.collect::<Result<_, _>>().map_err(|_| wrong(text))
}

/// Where it is wrong, and nothing of what stands there: the first line that no beginning of the file can be read with.
fn wrong(text: &str) -> anyhow::Error {
    let mut ends = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    let can_be_read = |end: &usize| dotenvy::from_read_iter(&text.as_bytes()[..*end]).all(|pair| pair.is_ok());
    let good = ends.rfind(can_be_read).unwrap_or_default();
    let number = text[..good].matches('\n').count() + 1;
    let of = name(&text[good..]).map(|name| format!(" ({name})")).unwrap_or_default();
    anyhow!("line {number}{of} is not like NAME=value: put a value with spaces or signs between ' and '")
}

/// The setting that a line begins with. Of another line the beginning may be the rest of a value.
fn name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (name, _) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    let name = name.trim();
    let is_one = name.starts_with("CHATLINK_") && name.bytes().all(|c| c.is_ascii_uppercase() || c == b'_');
    is_one.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_wrong_is_named_by_its_number() {
        for (text, place) in [
            ("A=1\n\nCHATLINK_SMS_HEADERS=Authorization: Bearer hunter2\nB=2\n", "line 3 (CHATLINK_SMS_HEADERS)"),
            ("export CHATLINK_SECRET=hunter2 hunter2\r\n", "line 1 (CHATLINK_SECRET)"),
            ("A='x'\nCHATLINK_SECRET=\"hunter2\nB=2\n", "line 2 (CHATLINK_SECRET)"),
            ("A=1\nhunter2=\nhunter2 = hunter2 hunter2\n", "line 3 is"),
            ("A=hunter2 \nhunter2", "line 2 is"),
        ] {
            let said = format!("{:#}", parse(text).unwrap_err());
            assert!(said.contains(place) && !said.contains("hunter2"), "{text:?}: {said}");
        }
        let bytes = std::env::temp_dir().join(format!("chatlink-dotenv-{}", std::process::id()));
        std::fs::write(&bytes, b"CHATLINK_SECRET=hunter2\xff").unwrap();
        let said = format!("{:#} {:?}", read(&bytes).unwrap_err(), read(&bytes).unwrap_err());
        std::fs::remove_file(&bytes).unwrap();
        assert!(!said.contains("hunter2"), "{said}");
    }

    /// As docs/operations.md says.
    #[test]
    fn a_dollar_stands_for_itself_between_single_quotes_alone() {
        let text = "A1=one\nB=pa$A1\nC=\"pa$A1-\"\nD='pa$A1'\nE=pa\\$A1\n";
        let values: Vec<_> = parse(text).unwrap().into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, ["one", "paone", "paone-", "pa$A1", "pa$A1"]);
    }
}
