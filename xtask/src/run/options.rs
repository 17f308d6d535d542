//! What `cargo xtask run` was asked.

use crate::failure::{Failure, Outcome};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) release: bool,
    /// For `chatlink serve`.
    pub(crate) rest: Vec<String>,
}

impl Options {
    pub(crate) fn parse(args: &[String]) -> Outcome<Self> {
        let mut options = Self { port: 8080, release: false, rest: Vec::new() };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--port" => options.port = port(args.next())?,
                "--release" => options.release = true,
                "--" => options.rest = args.by_ref().cloned().collect(),
                other => return Err(Failure::new(format!("run: there is no {other:?}; see `cargo xtask help`"))),
            }
        }
        Ok(options)
    }

    /// The folder of the profile below target.
    pub(crate) fn profile(&self) -> &'static str {
        if self.release { "release" } else { "debug" }
    }
}

fn port(value: Option<&String>) -> Outcome<u16> {
    value
        .and_then(|value| value.parse().ok())
        .filter(|port| *port > 0)
        .ok_or_else(|| Failure::new("--port wants a number from 1 to 65535"))
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(words: &[&str]) -> Result<Options, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Options::parse(&words).map_err(|failure| failure.to_string())
    }

    #[test]
    fn nothing_said_is_port_8080_and_the_dev_profile() {
        let options = parse(&[]).unwrap();
        assert_eq!((options.port, options.profile()), (8080, "debug"));
    }

    #[test]
    fn what_follows_two_dashes_is_the_servers() {
        let options = parse(&["--port", "9000", "--", "--port", "1"]).unwrap();
        assert_eq!(options.port, 9000);
        assert_eq!(options.rest, ["--port", "1"]);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(parse(&["--port"]).is_err());
        assert!(parse(&["--port", "0"]).is_err());
        assert!(parse(&["--port", "65536"]).is_err());
        assert!(parse(&["--prot", "1"]).unwrap_err().contains("--prot"));
    }
}
