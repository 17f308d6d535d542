//! Versions as programs print them.

use std::fmt;

/// The first two or three numbers of a version; a missing third one is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

impl Version {
    /// The first version in a text such as `rustc 1.95.0 (59807616e 2026-04-14)` or `v20.20.2`.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(|word| Self::parse(word.trim_start_matches('v')))
    }

    fn parse(word: &str) -> Option<Self> {
        let end = word.find(['-', '+']).unwrap_or(word.len());
        let mut numbers = word[..end].split('.').map(|part| part.parse::<u32>().ok());
        let major = numbers.next()??;
        let minor = numbers.next()??;
        let patch = numbers.next().unwrap_or(Some(0))?;
        Some(Self(major, minor, patch))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(major, minor, patch) = self;
        if *patch == 0 { write!(f, "{major}.{minor}") } else { write!(f, "{major}.{minor}.{patch}") }
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        assert_eq!(Version::find("rustc 1.95.0 (59807616e 2026-04-14)"), Some(Version(1, 95, 0)));
        assert_eq!(Version::find("v20.20.2\n"), Some(Version(20, 20, 2)));
        assert_eq!(Version::find("cargo-nextest 0.9.143-rc.1 (abc)"), Some(Version(0, 9, 143)));
        assert_eq!(Version::find("1.95"), Some(Version(1, 95, 0)));
        assert_eq!(Version::find("none here"), None);
    }

    #[test]
    fn numbers_are_compared_not_letters() {
        assert!(Version(20, 19, 0) > Version(20, 9, 9));
        assert!(Version(1, 100, 0) > Version(1, 95, 0));
    }
}
