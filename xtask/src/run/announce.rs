//! Waits until the server answers, then says where.
//!
//! `run` becomes the server, so this is a process of its own. A shell starts it and ends at once:
//! init, not the server, is then its parent and takes note of its end.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::failure::{Doing, Failure, Outcome};
use crate::{http, term};

const PATIENCE: Duration = Duration::from_secs(60);
/// Says that demo people are there.
const DEMO: &str = "demo";

/// Starts the announcer and leaves it to itself.
pub(crate) fn start(address: SocketAddr, demo: bool) -> Outcome {
    let this = std::env::current_exe().doing("finding this program")?;
    let status = std::process::Command::new("sh")
        .args(["-c", r#""$0" announce "$1" "$2" "$3" &"#])
        .arg(this)
        .arg(address.to_string())
        .arg(std::process::id().to_string())
        .arg(if demo { DEMO } else { "" })
        .status()
        .doing("starting the announcer")?;
    if status.success() { Ok(()) } else { Err(Failure::new("starting the announcer failed")) }
}

/// `announce ADDRESS SERVER_PID DEMO`
pub(crate) fn main(args: &[String]) -> Outcome<ExitCode> {
    let [address, server, demo] = args else { return Err(Failure::new("announce is for `run` alone")) };
    let address: SocketAddr = address.parse().map_err(|_| Failure::new("announce wants an address"))?;
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if http::status(address, "/readyz") == Some(200) {
            println!("{}", text(address, demo == DEMO));
            return Ok(ExitCode::SUCCESS);
        }
        if !lives(server) {
            return Ok(ExitCode::FAILURE);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(Failure::new(format!("the server is not ready after {} s", PATIENCE.as_secs())))
}

fn lives(pid: &str) -> bool {
    let script = format!("kill -0 {pid} 2>/dev/null");
    std::process::Command::new("sh").args(["-c", &script]).status().is_ok_and(|status| status.success())
}

fn text(address: SocketAddr, demo: bool) -> String {
    let local = address.ip().is_loopback();
    let url = if local { format!("http://localhost:{}", address.port()) } else { format!("http://{address}") };
    let mut lines = vec![format!("ChatLink is at {}", term::bold(&url))];
    if demo {
        lines.push("Twenty made-up people are there. Log in as one of them:".to_owned());
        lines.push("    login demo, password: twenty people to try".to_owned());
        lines.push("and write to Lucía Ferrer: she answers.".to_owned());
    }
    if local {
        lines.push("To talk to yourself, open a second, private window: one person in each.".to_owned());
        lines.push(format!("The codes that would go out by mail and SMS are at {url}/dev/mailbox"));
    } else {
        lines.push("Phones in this network can open it too. It is plain http: others there can listen in.".to_owned());
        lines.push("No codes go out here, so nobody can register.".to_owned());
    }
    lines.push("Ctrl-C ends the server.".to_owned());
    format!("\n  {}\n", lines.join("\n  "))
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_newcomer_learns_the_url_the_second_window_and_the_mailbox() {
        let text = text("127.0.0.1:8081".parse().unwrap(), false);
        for wanted in ["http://localhost:8081\n", "second, private window", "http://localhost:8081/dev/mailbox"] {
            assert!(text.contains(wanted), "{wanted} is not in {text}");
        }
        assert!(!text.contains("password"), "{text}");
    }

    #[test]
    fn who_tries_the_demo_on_a_phone_learns_where_and_as_whom() {
        let text = text("192.168.1.5:8080".parse().unwrap(), true);
        for wanted in ["http://192.168.1.5:8080", "login demo", "twenty people to try", "Lucía", "plain http"] {
            assert!(text.contains(wanted), "{wanted} is not in {text}");
        }
        assert!(!text.contains("mailbox"), "the mailbox answers this machine alone: {text}");
    }
}
