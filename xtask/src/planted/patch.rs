//! A planted bug: a patch with a head that names what it breaks and who must notice.

use std::path::PathBuf;

use crate::failure::{Doing, Failure, Outcome};

/// One file of tests/planted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Patch {
    pub(crate) name: String,
    pub(crate) file: PathBuf,
    /// The invariant's number in DESIGN.md, or several.
    pub(crate) invariant: String,
    pub(crate) test: Test,
}

/// The test that must turn red.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Test {
    /// `# test: <package> <nextest filter>`
    Rust { package: String, filter: String, build: Build },
    /// `# test: web <file filter of vitest>`
    Web { filter: String },
}

/// What must be built for the test, to save time: `# build: lib`, or the name of a test binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Build {
    Everything,
    Lib,
    Test(String),
}

impl Patch {
    pub(crate) fn read(file: PathBuf) -> Outcome<Self> {
        let text = std::fs::read_to_string(&file).doing(file.display())?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Self::parse(name, file, &text)
    }

    fn parse(name: String, file: PathBuf, text: &str) -> Outcome<Self> {
        let wrong = |what: &str| Failure::new(format!("tests/planted/{name}.patch: {what}"));
        let field = |key: &str| {
            let head = text.lines().take_while(|line| !line.starts_with("diff ") && !line.starts_with("--- "));
            let mut values = head.filter_map(|line| line.strip_prefix("# ")?.strip_prefix(key)?.strip_prefix(':'));
            values.next().map(|value| value.trim().to_owned())
        };
        let invariant = field("invariant").ok_or_else(|| wrong("no line `# invariant: N`"))?;
        let line = field("test").ok_or_else(|| wrong("no line `# test: <crate> <filter>`"))?;
        let (package, filter) = line.split_once(' ').ok_or_else(|| wrong("`# test:` wants a crate and a filter"))?;
        let filter = filter.trim().to_owned();
        let test = match field("kind").as_deref() {
            None | Some("rust") => {
                let build = match field("build") {
                    None => Build::Everything,
                    Some(target) if target == "lib" => Build::Lib,
                    Some(target) => Build::Test(target),
                };
                Test::Rust { package: package.to_owned(), filter, build }
            }
            Some("web") => Test::Web { filter },
            Some(other) => return Err(wrong(&format!("kind {other:?} is neither rust nor web"))),
        };
        Ok(Self { name, file, invariant, test })
    }
}

#[cfg(test)]
mod tests {
    use super::{Build, Patch, Test};
    use std::path::PathBuf;

    fn parse(text: &str) -> Result<Patch, String> {
        Patch::parse("p".to_owned(), PathBuf::new(), text).map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_head_names_invariant_and_test() {
        let patch = parse(
            "# Acknowledges before the commit.\n# invariant: 2\n# test: chatlink-core test(ack_after_commit)\n\
             # build: lib\n--- a/x\n# test: not this\n",
        );
        let patch = patch.unwrap();
        assert_eq!(patch.invariant, "2");
        let (package, filter) = ("chatlink-core".to_owned(), "test(ack_after_commit)".to_owned());
        assert_eq!(patch.test, Test::Rust { package, filter, build: Build::Lib });
        let web = parse("# invariant: 3\n# kind: web\n# test: web sdk/reducer\ndiff --git a b\n").unwrap();
        assert_eq!(web.test, Test::Web { filter: "sdk/reducer".to_owned() });
    }

    #[test]
    fn an_incomplete_head_is_refused() {
        assert!(parse("# test: a b\n--- a\n").unwrap_err().contains("invariant"));
        assert!(parse("# invariant: 1\n--- a\n# test: a b\n").unwrap_err().contains("# test"));
        assert!(parse("# invariant: 1\n# test: alone\n").is_err());
        assert!(parse("# invariant: 1\n# kind: go\n# test: a b\n").unwrap_err().contains("go"));
    }
}
