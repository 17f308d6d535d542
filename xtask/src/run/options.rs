//! What `cargo xtask run` was asked.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::failure::{Failure, Outcome};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) port: u16,
    /// An address of this machine in the local network; none: for this machine alone.
    pub(crate) lan: Option<IpAddr>,
    pub(crate) demo: bool,
    pub(crate) release: bool,
    /// For `chatlink serve`.
    pub(crate) rest: Vec<String>,
}

impl Options {
    pub(crate) fn parse(args: &[String]) -> Outcome<Self> {
        let mut options = Self { port: 8080, lan: None, demo: false, release: false, rest: Vec::new() };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--port" => options.port = port(args.next())?,
                "--lan" => options.lan = Some(lan(args.next())?),
                "--demo" => options.demo = true,
                "--release" => options.release = true,
                "--" => options.rest = args.by_ref().cloned().collect(),
                other => return Err(Failure::new(format!("run: there is no {other:?}; see `cargo xtask help`"))),
            }
        }
        Ok(options)
    }

    /// Where the server listens.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::new(self.lan.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)), self.port)
    }

    /// What `chatlink serve` is told.
    pub(crate) fn serve(&self) -> Vec<String> {
        let mut args = vec!["serve".to_owned(), "--listen".to_owned(), self.address().to_string()];
        args.extend(self.lan.map(|_| "--insecure-dev".to_owned()));
        if self.demo {
            // Demo people and one's own do not mix.
            args.extend(["--demo", "--data-dir", "chatlink-demo"].map(str::to_owned));
        }
        args.extend(self.rest.iter().cloned());
        args
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

/// One address, and not all of them: it is the page's origin, and others are refused.
fn lan(value: Option<&String>) -> Outcome<IpAddr> {
    value
        .and_then(|value| value.parse::<IpAddr>().ok())
        .filter(|address| !address.is_unspecified())
        .ok_or_else(|| Failure::new("--lan wants this machine's address in the local network, such as 192.168.1.5"))
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
        assert_eq!(options.serve(), ["serve", "--listen", "127.0.0.1:8080"]);
    }

    #[test]
    fn what_follows_two_dashes_is_the_servers() {
        let options = parse(&["--port", "9000", "--", "--port", "1"]).unwrap();
        assert_eq!(options.port, 9000);
        assert_eq!(options.rest, ["--port", "1"]);
    }

    #[test]
    fn a_demo_in_the_local_network_has_a_folder_of_its_own_and_says_that_it_is_insecure() {
        let serve = parse(&["--demo", "--lan", "192.168.1.5"]).unwrap().serve().join(" ");
        assert_eq!(serve, "serve --listen 192.168.1.5:8080 --insecure-dev --demo --data-dir chatlink-demo");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(parse(&["--port"]).is_err());
        assert!(parse(&["--port", "0"]).is_err());
        assert!(parse(&["--port", "65536"]).is_err());
        assert!(parse(&["--lan", "0.0.0.0"]).unwrap_err().contains("192.168.1.5"));
        assert!(parse(&["--prot", "1"]).unwrap_err().contains("--prot"));
    }
}
