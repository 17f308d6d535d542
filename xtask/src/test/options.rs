//! What `cargo xtask test` was asked.

use crate::failure::{Failure, Outcome};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Without the browser and the tests that kill the server.
    pub(crate) quick: bool,
    pub(crate) may_install: bool,
    /// Rewrite the expected counts when all is green.
    pub(crate) bless: bool,
}

impl Options {
    pub(crate) fn parse(args: &[String]) -> Outcome<Self> {
        let mut options = Self { quick: false, may_install: true, bless: false };
        for arg in args {
            match arg.as_str() {
                "--quick" => options.quick = true,
                "--no-install" => options.may_install = false,
                "--bless-counts" => options.bless = true,
                other => return Err(Failure::new(format!("test: there is no {other:?}; see `cargo xtask help`"))),
            }
        }
        if options.quick && options.bless {
            return Err(Failure::new("--bless-counts needs the whole run, --quick leaves suites out"));
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    #[test]
    fn flags_are_read_and_nonsense_is_refused() {
        let parse = |words: &[&str]| Options::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(parse(&[]).unwrap(), Options { quick: false, may_install: true, bless: false });
        assert!(parse(&["--quick", "--no-install"]).unwrap().quick);
        assert!(parse(&["--quick", "--bless-counts"]).is_err());
        assert!(parse(&["--fast"]).is_err());
    }
}
